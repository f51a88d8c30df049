/** The mutation stopAll: one request that stops every telescope that the caller operates. */
import { SequencerError, isFinal, type StopLevel } from '@sequencer/model';
import { operates } from '../../auth/grants.ts';
import { readReason } from '../../backends/submission.ts';
import { asSequencerError } from '../../store/database.ts';
import type { RunSummary } from '../../store/run-store.ts';
import { StopLevelEnum, builder } from '../core/builder.ts';
import type { Context } from '../core/context.ts';
import { RunModel } from '../runs/run-model.ts';
import { RunType } from '../runs/run.ts';

const MOST_RUNS = 1000;

const RunStopInput = builder.inputType('RunStopInput', {
  description: 'How one run is stopped.',
  fields: (t) => ({
    run: t.id(),
    level: t.field({ type: StopLevelEnum, required: false, description: 'Null: the run is not stopped.' }),
  }),
});

/** Sends the stop to the active run. Null if no run is active, or it shall continue. */
async function stopActiveRun(
  sequencer: string,
  levelOf: (run: string) => StopLevel | null,
  context: Context,
): Promise<RunModel | null> {
  const active = await activeRun(sequencer, context);
  const level = active && levelOf(active.id);
  if (!active || level === null) return null;
  const requestedAt = new Date().toISOString();
  try {
    await context.backend.command(active, context.user.name, { name: 'stop', level, requestedAt });
  } catch (error) {
    // It ended meanwhile.
    if (asSequencerError(error)?.code === 'RUN_FINISHED') return null;
    throw error;
  }
  return new RunModel(active, context);
}

/** Also while the database is unreachable. */
async function activeRun(sequencer: string, { sequencerStates, liveRuns }: Context): Promise<RunSummary | null> {
  try {
    return (await sequencerStates.get(sequencer)).active;
  } catch (error) {
    const live = liveRuns.all().find(({ row, phase }) => row.sequencer === sequencer && !isFinal(phase));
    if (!live) throw error;
    return live.row;
  }
}

builder.mutationFields((t) => ({
  stopAll: t.field({
    type: [RunType],
    description:
      'Stops the active run of every sequencer that the caller operates, and sets the modes to Off. Returns the runs that have received the stop. ' +
      'Fails with STOP_INCOMPLETE, after all others were stopped, if one could not be stopped.',
    args: {
      level: t.arg({ type: StopLevelEnum }),
      reason: t.arg.string({ description: 'Shown with the modes and in the audit log, 500 characters at most.' }),
      runs: t.arg({
        type: [RunStopInput],
        required: false,
        description: 'Runs that are stopped in another way than the others.',
      }),
    },
    resolve: async (_root, args, context) => {
      const reason = readReason(args.reason.trim());
      if (!reason) throw new SequencerError('BAD_INPUT', 'reason: missing.', 'Enter why everything is stopped.');
      const runs = args.runs ?? [];
      if (runs.length > MOST_RUNS) throw new SequencerError('BAD_INPUT', `runs: more than ${String(MOST_RUNS)}.`);
      const own = new Map(runs.map(({ run, level }) => [run, level ?? null]));
      const levelOf = (run: string) => own.get(run) ?? (own.has(run) ? null : args.level);
      const names = context.sequencerStates.names.filter((name) => operates(context.user, name));

      const results = await Promise.allSettled(
        names.map(async (name) => {
          const [stopped, mode] = await Promise.allSettled([
            stopActiveRun(name, levelOf, context),
            context.queue.setModeOff(name, context.user.name, `${context.user.name} stopped all telescopes: ${reason}`),
          ]);
          for (const result of [stopped, mode]) if (result.status === 'rejected') throw result.reason;
          return stopped.status === 'fulfilled' ? stopped.value : null;
        }),
      );
      const failures = results.flatMap((result, index) =>
        result.status === 'rejected' ? [`${names[index] ?? ''}: ${sentenceOf(result.reason)}`] : [],
      );
      if (failures.length > 0) {
        throw new SequencerError('STOP_INCOMPLETE', `Not every telescope was stopped. ${failures.join(' ')}`);
      }
      return results.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : []));
    },
  }),
}));

function sentenceOf(error: unknown): string {
  return asSequencerError(error)?.message ?? 'An unexpected error; the log of the API has it.';
}
