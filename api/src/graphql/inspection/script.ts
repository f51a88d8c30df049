/** Checks of a script that do not run it. */
import { SequencerError } from '@sequencer/model';
import { checkScript } from '../../backends/script-check.ts';
import { listStatements } from '../../backends/script-requests.ts';
import { checkScriptText, startAtSchema } from '../../backends/submission.ts';
import { builder } from '../core/builder.ts';
import { validate } from '../core/validate.ts';
import { FindingType } from '../runs/run-parts.ts';

const StatementSpanType = builder
  .objectRef<Record<'index' | 'firstLine' | 'lastLine', number>>('ScriptStatement')
  .implement({
    description: 'A top-level statement of a script that is not running.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: 'Position in the script, from 0.' }),
      firstLine: t.exposeInt('firstLine', { description: 'First line, from 1. Decorators are included.' }),
      lastLine: t.exposeInt('lastLine', { description: 'Last line, inclusive.' }),
    }),
  });

builder.mutationFields((t) => ({
  checkScript: t.field({
    type: [FindingType],
    description: 'Compiles a script and checks its environment, without running it.',
    args: {
      sequencer: t.arg.string(),
      script: t.arg.string(),
      startAt: t.arg.int({
        required: false,
        description: 'Index of the statement to start at, from 0. A finding LEFT_OUT lists what a run would skip.',
      }),
    },
    resolve: async (_root, { sequencer, script, startAt }, { sequencerStates, backend }) => {
      sequencerStates.require(sequencer);
      checkScriptText(script);
      const beginning = validate('startAt', startAtSchema, startAt);
      const findings = await checkScript(backend, sequencer, script, beginning ?? 0);
      if (!findings) throw notChecked(`The script cannot be checked because ${backend.unansweredReason}.`);
      return findings;
    },
  }),
  listStatements: t.field({
    type: [StatementSpanType],
    description: 'Lists the top-level statements of a script, without running it.',
    args: { sequencer: t.arg.string(), script: t.arg.string() },
    resolve: async (_root, { sequencer, script }, { sequencerStates, backend }) => {
      sequencerStates.require(sequencer);
      checkScriptText(script);
      const statements = await listStatements(backend, sequencer, script);
      if (!statements) throw notChecked(`The statements cannot be listed because ${backend.unansweredReason}.`);
      return statements;
    },
  }),
}));

/** A script that was not checked can be submitted all the same. */
function notChecked(message: string): SequencerError {
  return new SequencerError('RUNNER_AWAY', message, 'The runner checks the script when the run starts.');
}
