/** Generates the chart's values.yaml, values.schema.json and README.md, and its copies of the CRDs. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Document, isMap, isPair, isScalar, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { valuesSchema } from '../charts/values/values.ts';

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  propertyNames?: unknown;
}

const root = join(import.meta.dirname, '..');
const chart = join(root, 'charts/sequencer');
const BY = 'by `make generate` from charts/values/.';

const schema = z.toJSONSchema(valuesSchema, {
  target: 'draft-7',
  io: 'input',
  // Kubernetes extensions of the custom resources mean nothing to Helm.
  override: ({ jsonSchema }) => {
    for (const key of Object.keys(jsonSchema)) if (key.startsWith('x-')) Reflect.deleteProperty(jsonSchema, key);
  },
}) as Schema;
// Helm adds `global`, which a parent chart shares with its subcharts.
for (const part of [schema, schema.properties?.crds])
  Object.assign(part?.properties ?? {}, { global: { type: 'object' } });
const defaults = valuesSchema.parse({});

/** The fields of an object by name; `NAME` for each key of a map. */
function fieldsOf(of: Schema): [string, Schema][] {
  if (of.properties) return Object.entries(of.properties);
  const each = of.additionalProperties;
  return of.propertyNames && typeof each === 'object' && each.properties ? [['NAME', each]] : [];
}

function* rows(of: Schema, values: unknown, path: string[] = []): Generator<string> {
  for (const [name, field] of fieldsOf(of)) {
    if (name === 'global') continue;
    const value = (values as Record<string, unknown> | undefined)?.[name];
    const here = [...path, name];
    // An object with a description of its own has one row.
    if (fieldsOf(field).length > 0 && !(field.properties && field.description)) {
      yield* rows(field, value, here);
    } else {
      if (!field.description) throw new Error(`charts/values/: ${here.join('.')} has no description.`);
      const shown = value === undefined ? '' : `\`${JSON.stringify(value)}\``;
      yield `| \`${here.join('.')}\` | ${field.description.replaceAll('|', '\\|')} | ${shown} |`;
    }
  }
}

function comment(map: YAMLMap, of: Schema): void {
  for (const pair of map.items) {
    if (!isPair(pair) || !isScalar(pair.key)) continue;
    const field = of.properties?.[String(pair.key.value)];
    if (field?.description) pair.key.commentBefore = ` ${field.description}`;
    if (field && isMap(pair.value)) comment(pair.value, field);
  }
}

function write(file: string, text: string): void {
  mkdirSync(join(chart, file, '..'), { recursive: true });
  writeFileSync(join(chart, file), text);
}

const values = new Document(defaults, { version: '1.1', aliasDuplicateObjects: false });
values.commentBefore = ` Generated ${BY} README.md lists these values in a table.`;
if (isMap(values.contents)) comment(values.contents, schema);
write('values.yaml', values.toString({ lineWidth: 0 }));
write('values.schema.json', `${JSON.stringify(schema, null, 2)}\n`);

const readme = readFileSync(join(root, 'charts/README.head.md'), 'utf8');
const table = ['| value | description | default |', '| --- | --- | --- |', ...rows(schema, defaults)];
write('README.md', `<!-- Generated ${BY} -->\n\n${readme}\n## Values\n\n${table.join('\n')}\n`);

for (const file of readdirSync(join(root, 'crds'))) {
  write(join('charts/crds/crds', file), readFileSync(join(root, 'crds', file), 'utf8'));
}
