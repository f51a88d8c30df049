/** The query estimate: how long a script takes, from the record of earlier runs. */
import { SequencerError } from '@sequencer/model';
import type { PartEstimate } from '@sequencer/model/estimates/script-estimate';
import { checkScriptText } from '../../backends/submission.ts';
import { findSyntaxError } from '../../backends/script-check.ts';
import type { EstimatedScript } from '../../estimates/estimates.ts';
import { DateTime, builder } from '../core/builder.ts';

interface StatementEstimate extends PartEstimate {
  index: number;
  firstLine: number;
}

const timeOf = (ms: number | null) => (ms === null ? null : new Date(ms));

const StatementEstimateType = builder.objectRef<StatementEstimate>('StatementEstimate').implement({
  description: 'How long a statement of a script takes.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Position in the script, from 0.' }),
    firstLine: t.exposeInt('firstLine', { description: 'First line, from 1.' }),
    typicalSeconds: t.exposeFloat('typicalSeconds', {
      nullable: true,
      description:
        'Median of the last 20 times; for a literal absolute time, such as that of wait_until, the time until then. Null if it is unknown.',
    }),
    lowSeconds: t.exposeFloat('lowSeconds', { nullable: true, description: '1 of 10 times is shorter.' }),
    highSeconds: t.exposeFloat('highSeconds', { nullable: true, description: '1 of 10 times is longer.' }),
    basis: t.exposeInt('basis', {
      description: 'The number of runs that the times are from. 0 without a record, and for an absolute time.',
    }),
    expectedEnd: t.field({
      type: DateTime,
      nullable: true,
      description: 'When it ends. Null if that depends on a statement whose time is unknown.',
      resolve: ({ endsAt }) => timeOf(endsAt),
    }),
  }),
});

const EstimateType = builder.objectRef<EstimatedScript>('Estimate').implement({
  description: 'How long a script takes.',
  fields: (t) => ({
    statements: t.field({
      type: [StatementEstimateType],
      resolve: ({ keys, parts }) =>
        parts.map((part, index) => ({ ...part, index, firstLine: keys[index]?.firstLine ?? 1 })),
    }),
    totalSeconds: t.float({
      nullable: true,
      description: 'From the start to the end. Null if `unknownStatements` is not 0.',
      resolve: ({ start, endsAt }) => (endsAt === null ? null : (endsAt - start) / 1000),
    }),
    expectedEnd: t.field({
      type: DateTime,
      nullable: true,
      description: 'Null if `unknownStatements` is not 0.',
      resolve: ({ endsAt }) => timeOf(endsAt),
    }),
    unknownStatements: t.int({
      description:
        'Statements whose time is unknown. Those before an absolute time do not count, as the script waits until then.',
      resolve: ({ unknown }) => unknown,
    }),
  }),
});

builder.queryFields((t) => ({
  estimate: t.field({
    type: EstimateType,
    description:
      'Estimates how long a script takes, without a runner. Fails with SYNTAX_ERROR if Python cannot compile the script.',
    args: {
      sequencer: t.arg.string(),
      script: t.arg.string({ description: 'Python source, 512 KiB at most.' }),
      startAt: t.arg({ type: DateTime, required: false, description: 'When it starts. Now if null.' }),
    },
    resolve: async (_root, { sequencer, script, startAt }, { sequencerStates, backend, estimates }) => {
      sequencerStates.require(sequencer);
      checkScriptText(script);
      const error = await findSyntaxError(backend, sequencer, script);
      if (error) throw new SequencerError('SYNTAX_ERROR', error.message);
      return estimates.ofScript(sequencer, script, startAt ?? new Date());
    },
  }),
}));
