/** The queue of a sequencer: its order, its mode, and what a failure does. */
import { ModeEnum, builder } from '../core/builder.ts';
import { SequencerType } from '../core/sequencer-ref.ts';
import { RunSource, requireSource } from '../runs/run-source.ts';
import { RunType } from '../runs/run.ts';

builder.mutationFields((t) => ({
  cancelRun: t.field({
    type: RunType,
    description: 'Takes a waiting run out of the queue.',
    args: { id: t.arg.id() },
    resolve: async (_root, { id }, context) => {
      const run = await requireSource(id, context);
      const row = await context.queue.cancel(run.row, context.user.name);
      context.board.changed(row.sequencer);
      return new RunSource(row, context);
    },
  }),
  moveInQueue: t.field({
    type: SequencerType,
    description: 'Moves a waiting run to a position of the queue; 0 is next.',
    args: { run: t.arg.id(), position: t.arg.int() },
    resolve: async (_root, { run, position }, context) => {
      const { row } = await requireSource(run, context);
      await context.queue.move(row, position);
      context.board.changed(row.sequencer);
      return { name: row.sequencer };
    },
  }),
  setHoldOnFailure: t.field({
    type: SequencerType,
    description: 'Whether a failure holds the runs of a sequencer that do not say it themselves.',
    args: { sequencer: t.arg.string(), hold: t.arg.boolean() },
    resolve: async (_root, { sequencer, hold }, { board, queue }) => {
      board.signal(sequencer);
      await queue.setHoldOnFailure(sequencer, hold);
      board.changed(sequencer);
      return { name: sequencer };
    },
  }),
  setMode: t.field({
    type: SequencerType,
    args: { sequencer: t.arg.string(), mode: t.arg({ type: ModeEnum }) },
    resolve: async (_root, { sequencer, mode }, { board, user, backend, queue, lives }) => {
      board.signal(sequencer);
      await lives.endsStored(sequencer);
      await queue.setMode(sequencer, mode, user.name);
      board.changed(sequencer);
      await backend.advance(sequencer);
      return { name: sequencer };
    },
  }),
}));
