/**
 * How parts of the cluster are killed and cut off: commands of the environment, since each cluster has its own.
 *
 *     CHAOS_KILL        takes a part: apiserver, etcd, controller-manager, scheduler, NODE/kubelet, NODE/containerd
 *     CHAOS_KILL_POD    takes the uid of a pod, and kills what keeps its containers (their shim)
 *     CHAOS_CUT         takes the uid of a pod, and ends its connections to the API; fails when there is none
 *     CHAOS_PARTITION   takes a node, and unplugs its network; CHAOS_HEAL plugs it in again
 *     CHAOS_RESTART     takes a part, as above
 *
 * And CHAOS_VOLUMES names a folder that all nodes have, where the cluster makes no volumes by itself.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Hook = 'CHAOS_KILL' | 'CHAOS_KILL_POD' | 'CHAOS_CUT' | 'CHAOS_PARTITION' | 'CHAOS_HEAL' | 'CHAOS_RESTART';

export async function call(hook: Hook, what: string): Promise<void> {
  const command = process.env[hook];
  if (!command) throw new Error(`${hook} is not set: it has to be a command, as testing/src/chaos/hooks.ts says.`);
  await run('sh', ['-c', `${command} "$1"`, 'sh', what], { timeout: 60_000 });
}
