/** Writes crds/ from the schemas in model/src/kubernetes/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { customResourceDefinitions } from '@sequencer/model/kubernetes/crds';
import { stringify } from 'yaml';

const folder = join(import.meta.dirname, '../crds');
mkdirSync(folder, { recursive: true });
for (const definition of customResourceDefinitions()) {
  const head = '# Generated from model/src/kubernetes/ by `make generate`.\n';
  const text = stringify(definition, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
  writeFileSync(join(folder, `${definition.spec.names.plural}.yaml`), head + text);
}
