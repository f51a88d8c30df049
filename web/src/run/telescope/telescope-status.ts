/** Separates the operations of a run on the telescope from those that started before it. Pure. */
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
