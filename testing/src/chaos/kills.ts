/** The kinds of failures: what is killed (-9), and how. */
import { PODS } from '@sequencer/kubernetes/resources';
import type { Pod } from '@sequencer/kubernetes/objects';
import { LABELS } from '@sequencer/model/kubernetes/names';
import { isPodTerminated } from '@sequencer/operator/pods/termination';
import { client, logOf, until } from '../cluster/cluster.ts';
import { call, type Hook } from './hooks.ts';
import { nodeNames, type Release } from './release.ts';

const LONG = 150_000;

export interface Chaos {
  release: Release;
  random: () => number;
  /** The uids of the runs whose runner was killed. */
  killed: Set<string>;
}

type Kill = (chaos: Chaos) => Promise<void>;

export const KILLS: Record<string, Kill> = {
  api: partOfProduct('api'),
  operator: partOfProduct('operator'),
  database: partOfProduct('database'),
  connection: (chaos) => runner(chaos, 'CHAOS_CUT', () => undefined),
  runner: (chaos) => runner(chaos, 'CHAOS_KILL_POD', (run) => chaos.killed.add(run)),
  apiserver: () => call('CHAOS_KILL', 'apiserver'),
  etcd: () => call('CHAOS_KILL', 'etcd'),
  'controller-manager': () => call('CHAOS_KILL', 'controller-manager'),
  kubelet: async ({ random }) => {
    const nodes = await retry('the nodes are listed', nodeNames);
    await call('CHAOS_KILL', `${pick(nodes, random) ?? ''}/kubelet`);
  },
};

/** Retries while the API server is unreachable. */
export async function retry<T>(what: string, action: () => Promise<T>): Promise<T> {
  const { value } = await until(what, async () => ({ value: await action() }), LONG);
  return value;
}

export function pick<T>(list: readonly T[], random: () => number): T | undefined {
  return list[Math.floor(random() * list.length)];
}

/**
 * Kills the process of one of its pods. In half of the cases it also deletes the pod, so that a new one replaces it, as when a
 * machine is lost. This also resets the crash back-off of Kubernetes, which otherwise grows to minutes.
 */
function partOfProduct(component: 'api' | 'operator' | 'database'): Kill {
  return async ({ release, random }) => {
    const victim = await until(
      `a pod of the ${component} is killed`,
      async () => {
        const pods = (await release.pods(component)).filter(runs);
        const pod = pick(pods, random);
        if (pod) await call('CHAOS_KILL_POD', pod.metadata.uid);
        return pod;
      },
      LONG,
    );
    if (random() < 0.5) {
      await retry('its pod is deleted', () => client.remove(PODS, release.namespace, victim.metadata));
    }
  };
}

function runs({ metadata, status }: Pod): boolean {
  return (
    metadata.deletionTimestamp === undefined && (status?.containerStatuses ?? []).some(({ state }) => state?.running)
  );
}

/** Calls the hook on the pod of a running script. */
async function runner({ release, random }: Chaos, hook: Hook, done: (run: string) => void): Promise<void> {
  await until(
    `${hook} was done to a running script`,
    async () => {
      const pods = await client.list(PODS, release.namespace, { labelSelector: LABELS.run });
      const victim = pick(
        pods.filter((pod) => !isPodTerminated(pod, Date.now())),
        random,
      );
      if (!victim) return false;
      const log = await logOf(release.namespace, victim.metadata.name);
      if (!log.includes('begun') || log.includes('wrote')) return false;
      // The hook fails if the pod has ended meanwhile; then another pod is chosen.
      await call(hook, victim.metadata.uid);
      done(victim.metadata.ownerReferences?.[0]?.uid ?? '');
      return true;
    },
    LONG,
  );
}
