/** What is known of a script without running it. */
import { SequencerError } from '@sequencer/model';
import { checkScriptText, startAtSchema } from '../../backends/submission.ts';
import { builder } from '../core/builder.ts';
import { validate } from '../core/validate.ts';
import { FindingType } from '../runs/run-parts.ts';

const StatementSpanType = builder
  .objectRef<Record<'index' | 'firstLine' | 'lastLine', number>>('ScriptStatement')
  .implement({
    description: 'A top-level statement of a script. `index` is from 0, lines from 1; decorators are part of it.',
    fields: (t) => ({
      index: t.exposeInt('index'),
      firstLine: t.exposeInt('firstLine'),
      lastLine: t.exposeInt('lastLine'),
    }),
  });

builder.mutationFields((t) => ({
  checkScript: t.field({
    type: [FindingType],
    description: 'What can be said of a script without running it.',
    args: {
      sequencer: t.arg.string(),
      script: t.arg.string(),
      startAt: t.arg.int({
        required: false,
        description: 'The statement (from 0) to begin with: a finding LEFT_OUT says what a run would not do.',
      }),
    },
    resolve: async (_root, { sequencer, script, startAt }, { sequencerStates, backend }) => {
      sequencerStates.require(sequencer);
      checkScriptText(script);
      const beginning = validate('startAt', startAtSchema, startAt);
      const findings = await backend.check(sequencer, script, beginning ?? 0);
      if (!findings)
        throw new SequencerError('RUNNER_AWAY', 'The runner is not connected, so the script cannot be checked.');
      return findings;
    },
  }),
  listStatements: t.field({
    type: [StatementSpanType],
    description: 'The top-level statements of a script, as the runner counts them. Nothing is run.',
    args: { sequencer: t.arg.string(), script: t.arg.string() },
    resolve: async (_root, { sequencer, script }, { sequencerStates, backend }) => {
      sequencerStates.require(sequencer);
      checkScriptText(script);
      const statements = await backend.statements(sequencer, script);
      if (!statements)
        throw new SequencerError('RUNNER_AWAY', 'The runner is not connected, so the statements are not known.');
      return statements;
    },
  }),
}));
