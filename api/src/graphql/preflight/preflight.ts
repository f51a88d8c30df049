/** The checks before a start: the query preflight, and the field of queued runs. */
import { PREFLIGHT_MARKS, type PreflightCheck, type PreflightMark } from '@sequencer/model/preflight/checks';
import { checkScriptText } from '../../backends/submission.ts';
import { DateTime, builder } from '../core/builder.ts';
import { RunType } from '../runs/run.ts';

const DESCRIPTIONS: Record<PreflightMark, string> = {
  OK: 'Nothing was found.',
  WARNING: 'The script may fail, or may not do what it is expected to.',
  BLOCKED: 'The script cannot start.',
  UNKNOWN: 'Cannot be checked now. The text gives the reason.',
};

const PreflightMarkEnum = builder.enumType('PreflightMark', {
  description: 'The result of a check before a start.',
  values: Object.fromEntries(PREFLIGHT_MARKS.map((mark) => [mark, { description: DESCRIPTIONS[mark] }])) as Record<
    PreflightMark,
    { description: string }
  >,
});

const PreflightCheckType = builder.objectRef<PreflightCheck>('PreflightCheck').implement({
  description: 'A check before a script starts.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What was checked, such as "Host name".' }),
    mark: t.field({ type: PreflightMarkEnum, resolve: ({ mark }) => mark }),
    text: t.exposeString('text', { description: 'The result, as a sentence or two.' }),
  }),
});

builder.queryField('preflight', (t) =>
  t.field({
    type: [PreflightCheckType],
    description:
      'What can be known before a script starts, also without a runner. Nothing is started or changed, and no mark prevents submitRun.',
    args: {
      sequencer: t.arg.string(),
      script: t.arg.string({ description: 'Python source, 512 KiB at most.' }),
      startAt: t.arg({ type: DateTime, required: false, description: 'When it starts. Now if null.' }),
    },
    resolve: (_root, { sequencer, script, startAt }, { sequencerStates, preflight }) => {
      sequencerStates.require(sequencer);
      checkScriptText(script);
      return preflight.ofScript(sequencer, script, startAt ?? new Date());
    },
  }),
);

builder.objectFields(RunType, (t) => ({
  preflight: t.field({
    type: [PreflightCheckType],
    description: 'What can be known before a queued run starts, at its expected start. Empty for other runs.',
    resolve: ({ phase, row }, _args, { preflight }) => (phase === 'QUEUED' ? preflight.ofQueued(row) : []),
  }),
}));
