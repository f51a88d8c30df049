/** What a run has left going on the telescope, apart from what went on before it. Pure. */
import type { TelescopeView } from '@sequencer/model/run-view';

type Operation = TelescopeView['agents'][number];

/**
 * Agents do some things always, such as to monitor: what began before the run is not what it meets or leaves. What nobody
 * knows the beginning of may be the run's own.
 */
export function splitByRun(
  status: TelescopeView,
  runStartedAt: string | null,
): { own: Operation[]; older: Operation[] } {
  const isOlder = ({ since }: Operation) =>
    since !== null && runStartedAt !== null && Date.parse(since) < Date.parse(runStartedAt);
  return { own: status.agents.filter((operation) => !isOlder(operation)), older: status.agents.filter(isOlder) };
}
