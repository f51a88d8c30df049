/** What the telescope status means for a run that stops or has ended. Pure. */
import type { TelescopeView } from '@sequencer/model/run-view';

type Operation = TelescopeView['agents'][number];

/**
 * Agents always run some operations, such as `monitor`: those that started before the run do not belong to it. An
 * operation with an unknown start may belong to it.
 */
export function splitByRun(
  status: TelescopeView,
  runStartedAt: string | null,
): { own: Operation[]; older: Operation[] } {
  const isOlder = ({ since }: Operation) =>
    since !== null && runStartedAt !== null && Date.parse(since) < Date.parse(runStartedAt);
  return { own: status.agents.filter((operation) => !isOlder(operation)), older: status.agents.filter(isOlder) };
}

/**
 * `unknown`: nobody has checked yet, which is no reason for an alarm. `alarm`: the check failed, or an operation of the run is
 * still running.
 */
export function concernOf(status: TelescopeView | null, runStartedAt: string | null): 'unknown' | 'alarm' | 'calm' {
  if (!status) return 'unknown';
  return status.problem !== null || splitByRun(status, runStartedAt).own.length > 0 ? 'alarm' : 'calm';
}
