/**
 * How parts of the cluster are killed and disconnected: commands from the environment, because they depend on the cluster.
 *
 *     CHAOS_KILL        takes a part: apiserver, etcd, controller-manager, scheduler, NODE/kubelet, NODE/containerd
 *     CHAOS_KILL_POD    takes the uid of a pod, and kills the shim of its containers
 *     CHAOS_CUT         takes the uid of a pod, and closes its connections to the API; fails if there is none
 *     CHAOS_PARTITION   takes a node, and disconnects its network; CHAOS_HEAL connects it again
 *     CHAOS_RESTART     takes a part, as above
 *
 * CHAOS_VOLUMES names a folder that all nodes have, if the cluster does not provision volumes.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Hook = 'CHAOS_KILL' | 'CHAOS_KILL_POD' | 'CHAOS_CUT' | 'CHAOS_PARTITION' | 'CHAOS_HEAL' | 'CHAOS_RESTART';

export async function call(hook: Hook, what: string): Promise<void> {
  const command = process.env[hook];
  if (!command) throw new Error(`${hook} is not set. Set it to a command, as described in testing/src/chaos/hooks.ts.`);
  await run('sh', ['-c', `${command} "$1"`, 'sh', what], { timeout: 60_000 });
}
