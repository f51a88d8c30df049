/** The namespace and the cluster-wide objects of the pages about the chart: tests of these pages create and delete them. */
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { client, until } from '../cluster/cluster.ts';
import { kubectl } from './helm.ts';

/** The namespace that the pages install into. */
export const NAMESPACE = 'sequencer';
const CRDS = ['sequencers.sequencer.dev', 'sequencerruns.sequencer.dev'];
const ROLES = ['view', 'operate', 'admin'].map((role) => `sequencer-${role}`);
/** Time for the deletion of namespaces of other tests, whose nodes no longer exist. */
const CLEAN_WITHIN_MS = 360_000;

export const installedCrds = () => inCluster('crd', ...CRDS);

/** After a test: deletes the namespace of the pages with all that is in it, and the cluster-wide objects. */
export async function removePageNamespace(): Promise<void> {
  await kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false']);
  // The operator, which removes the finalizers, is uninstalled or about to be.
  await removeFinalizers();
  await kubectl(['wait', '--for=delete', `namespace/${NAMESPACE}`, '--timeout=120s']);
  await removeClusterWideObjects();
}

const inCluster = async (...args: string[]) => (await kubectl(['get', ...args, '--ignore-not-found'])).stdout.trim();

/** The pages install and delete cluster-wide objects. Nothing else in the cluster may use them. */
export async function removeClusterWideObjects(): Promise<void> {
  if (await inCluster('namespace', NAMESPACE))
    throw new Error(`The namespace ${NAMESPACE} exists already in this cluster.`);
  if (await inCluster('crd', ...CRDS)) {
    await until(
      'no sequencer is left in the cluster, because the page deletes their kinds',
      async () => {
        const [sequencers, runs] = await Promise.all([client.list(SEQUENCERS, null), client.list(RUNS, null)]);
        return sequencers.length + runs.length === 0;
      },
      CLEAN_WITHIN_MS,
    );
  }
  await kubectl(['delete', 'crd', ...CRDS, '--ignore-not-found']);
  await kubectl(['delete', 'clusterrole', ...ROLES, '--ignore-not-found']);
}

async function removeFinalizers(): Promise<void> {
  if (!(await inCluster('crd', ...CRDS))) return;
  for (const kind of [...CRDS, 'pods']) {
    const names = (await inCluster(kind, '--namespace', NAMESPACE, '--output', 'name')).split('\n').filter(Boolean);
    const patch = ['--type', 'merge', '--patch', '{"metadata":{"finalizers":null}}'];
    for (const name of names) {
      await kubectl(['patch', name, '--namespace', NAMESPACE, ...patch]).catch((error: unknown) => {
        if (!String(error).includes('NotFound')) throw error;
      });
    }
  }
}
