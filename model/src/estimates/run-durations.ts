/** The durations to record of a run that succeeded. Pure. */
import type { RunView, StatementView } from '../run-view.ts';
import { statementMs } from '../statement-time.ts';
import type { StatementKeys } from './statement-keys.ts';

/** The seconds of its statements by key, in their order. @param keys of its script as it was at the end */
export function durationsOf(
  { statements }: Pick<RunView, 'statements'>,
  keys: readonly StatementKeys[],
): Map<string, number[]> {
  const durations = new Map<string, number[]>();
  for (const statement of statements) {
    const key = keysOf(statement, keys);
    const seconds = secondsOf(statement);
    // How long an absolute wait took depends on when it began.
    if (!key || key.wait || seconds === null) continue;
    for (const name of [key.exact, key.general]) {
      if (name === null) continue;
      const all = durations.get(name) ?? [];
      all.push(seconds);
      durations.set(name, all);
    }
  }
  return durations;
}

/** The keys of a statement of a run; null if the text of the script is not the one that ran. */
export function keysOf(
  { index, firstLine }: Pick<StatementView, 'index' | 'firstLine'>,
  keys: readonly StatementKeys[],
): StatementKeys | null {
  const found = keys[index];
  return found?.firstLine === firstLine ? found : null;
}

/** Without time at prompts. Null if it did not run once from its start to its end. */
function secondsOf(statement: StatementView): number | null {
  const { state, attempts, startedAt, finishedAt } = statement;
  if (state !== 'DONE' || attempts > 1 || startedAt === null || finishedAt === null) return null;
  const ms = statementMs(statement, Date.parse(finishedAt));
  return ms === null || !Number.isFinite(ms) ? null : ms / 1000;
}
