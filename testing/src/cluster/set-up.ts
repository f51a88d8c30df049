/** Global setup of the tests on a cluster: installs the custom resources, as a site does. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../root.ts';
import { client, crds, until } from './cluster.ts';

interface Definition {
  metadata: { name: string };
  spec: object;
}

export default async function setUp(): Promise<void> {
  if (!process.env.KUBECONFIG) {
    throw new Error('These tests need a Kubernetes cluster: set KUBECONFIG to one that the tests may write to.');
  }
  const folder = join(root, 'crds');
  for (const file of readdirSync(folder)) {
    const { metadata, spec } = parse(readFileSync(join(folder, file), 'utf8'), { version: '1.1' }) as Definition;
    await client.apply(crds, null, metadata.name, { spec }, { manager: 'tests' });
    await until(`the CRD ${metadata.name} is established`, async () => {
      const { status } = await client.get(crds, null, metadata.name);
      return status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
    });
  }
}
