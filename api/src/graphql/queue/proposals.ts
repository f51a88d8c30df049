/** Proposals: runs that wait until an operator accepts or declines them. */
import { SequencerError } from '@sequencer/model';
import { readReason } from '../../backends/submission.ts';
import { DateTime, builder } from '../core/builder.ts';
import { RunModel, requireRunModel } from '../runs/run-model.ts';
import { RunType } from '../runs/run.ts';

builder.objectFields(RunType, (t) => ({
  proposed: t.boolean({
    description: 'Whether the run is a proposal that no operator has accepted. It waits.',
    resolve: ({ row }) => row.proposed,
  }),
  acceptedBy: t.string({
    nullable: true,
    description: 'Who accepted the proposal. Null for other runs, and if it was accepted with kubectl.',
    resolve: ({ row }) => row.acceptedBy,
  }),
  acceptedAt: t.field({ type: DateTime, nullable: true, resolve: ({ row }) => row.acceptedAt }),
}));

builder.mutationFields((t) => ({
  acceptRun: t.field({
    type: RunType,
    description:
      'Accepts a proposal, which becomes a queued run. `editRun` may change it before. Fails with NOT_PROPOSED.',
    args: { id: t.arg.id() },
    resolve: async (_root, { id }, context) => {
      const { row } = await requireRunModel(id, context);
      return new RunModel(await context.queue.accept(row, context.user.name), context);
    },
  }),
  declineRun: t.field({
    type: RunType,
    description: 'Cancels a proposal. Fails with NOT_PROPOSED.',
    args: { id: t.arg.id(), reason: t.arg.string({ description: 'Shown with the run, 500 characters at most.' }) },
    resolve: async (_root, { id, reason: text }, context) => {
      const { row } = await requireRunModel(id, context);
      const reason = readReason(text);
      if (!reason) throw new SequencerError('BAD_INPUT', 'reason: missing.', 'Enter why the run is declined.');
      return new RunModel(await context.queue.decline(row, context.user.name, reason), context);
    },
  }),
}));
