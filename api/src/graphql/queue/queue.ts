/** Mutations of the queue of a sequencer: order, holds, mode, pause on failure. */
import { readAfterFailure, readReason } from '../../backends/submission.ts';
import { AfterFailureEnum, ModeEnum, builder } from '../core/builder.ts';
import { SequencerType } from '../core/sequencer-type.ts';
import { RunModel, requireRunModel } from '../runs/run-model.ts';
import { RunType } from '../runs/run.ts';
import { lastMover } from '../../store/last-move.ts';

builder.objectField(SequencerType, 'queueMovedBy', (t) =>
  t.string({
    nullable: true,
    description: 'Who moved a queued run last with the API. Null if that was not recently.',
    resolve: ({ name }, _args, { db }) => lastMover(db, name),
  }),
);

builder.mutationFields((t) => ({
  cancelRun: t.field({
    type: RunType,
    description: 'Cancels a queued run.',
    args: { id: t.arg.id() },
    resolve: async (_root, { id }, context) => {
      const run = await requireRunModel(id, context);
      return new RunModel(await context.queue.cancel(run.row, context.user.name), context);
    },
  }),
  moveInQueue: t.field({
    type: SequencerType,
    description: 'Moves a queued run to another position of its queue.',
    args: { run: t.arg.id(), position: t.arg.int({ description: '0 is the next run.' }) },
    resolve: async (_root, { run, position }, context) => {
      const { row } = await requireRunModel(run, context);
      await context.queue.move(row, position);
      return { name: row.sequencer };
    },
  }),
  holdRun: t.field({
    type: RunType,
    description: 'Puts a queued run on hold: the queue skips it until it is released.',
    args: {
      id: t.arg.id(),
      reason: t.arg.string({ required: false, description: 'Shown with the run, 500 characters at most.' }),
    },
    resolve: async (_root, { id, reason }, context) => {
      const { row } = await requireRunModel(id, context);
      return new RunModel(await context.queue.hold(row, context.user.name, readReason(reason)), context);
    },
  }),
  releaseRun: t.field({
    type: RunType,
    description: 'Releases a queued run that is on hold.',
    args: { id: t.arg.id() },
    resolve: async (_root, { id }, context) => {
      const { row } = await requireRunModel(id, context);
      return new RunModel(await context.queue.release(row), context);
    },
  }),
  setHoldOnFailure: t.field({
    type: SequencerType,
    description: 'Sets whether runs pause on failure by default. A run can override this.',
    args: { sequencer: t.arg.string(), hold: t.arg.boolean() },
    resolve: async (_root, { sequencer, hold }, { queue }) => {
      await queue.setFailureDefaults(sequencer, { holdOnFailure: hold });
      return { name: sequencer };
    },
  }),
  setAfterFailure: t.field({
    type: SequencerType,
    description: 'Sets what follows when the script of a run fails. A run can override this.',
    args: { sequencer: t.arg.string(), afterFailure: t.arg({ type: AfterFailureEnum }) },
    resolve: async (_root, { sequencer, afterFailure }, { queue }) => {
      await queue.setFailureDefaults(sequencer, { afterFailure: readAfterFailure(afterFailure) });
      return { name: sequencer };
    },
  }),
  setMode: t.field({
    type: SequencerType,
    description: 'Sets what starts the next run.',
    args: {
      sequencer: t.arg.string(),
      mode: t.arg({ type: ModeEnum }),
      reason: t.arg.string({ required: false, description: 'Added to `modeReason`, 500 characters at most.' }),
    },
    resolve: async (_root, { sequencer, mode, reason }, { user, queue }) => {
      await queue.setMode(sequencer, mode, user.name, readReason(reason));
      return { name: sequencer };
    },
  }),
}));
