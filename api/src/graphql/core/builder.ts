/** The schema's builder: scalars and enums. */
import SchemaBuilder from '@pothos/core';
import {
  MODES,
  PHASES,
  RUN_STARTS,
  STATEMENT_STATES,
  STOP_LEVELS,
  SequencerError,
  FAILURE_ACTIONS,
  type OtherTasks,
  type StepCommand,
  ROLES,
} from '@sequencer/model';
import { readMoment } from '../../lib/moment.ts';
import type { Context } from './context.ts';

interface Types {
  Context: Context;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: true;
  Scalars: {
    DateTime: { Input: Date; Output: Date | string };
    ID: { Input: string; Output: string };
  };
}

export const builder = new SchemaBuilder<Types>({
  defaultFieldNullability: false,
  defaultInputFieldRequiredness: true,
});

export const DateTime = builder.scalarType('DateTime', {
  description: 'A moment, in ISO 8601 with offset, in UTC when it comes from the server.',
  serialize: (value) => (value instanceof Date ? value.toISOString() : value),
  parseValue: (value) => {
    const moment = typeof value === 'string' && value.includes('T') ? readMoment(value) : null;
    if (moment) return moment;
    const text = 'A time has to be ISO 8601 with an offset, in the years 1 to 9999, like 2026-11-24T04:00:00Z.';
    throw new SequencerError('BAD_INPUT', text);
  },
});

export const RoleEnum = builder.enumType('Role', {
  description: 'Viewers look, operators run and stop, admins set up.',
  values: ROLES,
});
export const ModeEnum = builder.enumType('SequencerMode', {
  description:
    'What starts the next run of a sequencer. SCHEDULER is reserved: there is no scheduler yet, and setMode refuses it with NOT_YET.',
  values: MODES,
});
export const PhaseEnum = builder.enumType('RunPhase', {
  description: 'Where a run is in its life. After one of SUCCEEDED to LOST it never changes.',
  values: PHASES,
});
export const StatementStateEnum = builder.enumType('StatementState', { values: STATEMENT_STATES });
export const TraceKindEnum = builder.enumType('TraceKind', { values: ['THREAD', 'TASK'] as const });
export const TraceStateEnum = builder.enumType('TraceState', { values: ['RUNNING', 'PAUSED', 'ENDED'] as const });
export const OutputStreamEnum = builder.enumType('OutputStream', { values: ['STDOUT', 'STDERR'] as const });
export const StepCommandEnum = builder.enumType('StepCommand', {
  description: 'What a paused trace does next.',
  values: {
    NEXT: { description: 'To the next line, over calls.' },
    STEP: { description: 'Into a call, also of a library that is written in Python.' },
    RETURN: { description: 'Out of the function.' },
    CONTINUE: { description: 'On, until something stops it.' },
    UNTIL: { description: 'To a line of this function, or out of it.' },
    LOOP: { description: 'Over the rest of the loop that this line is in.' },
  } satisfies Record<StepCommand, { description: string }>,
});
export const OtherTasksEnum = builder.enumType('OtherTasks', {
  description: 'What the other tasks of its loop do while an asyncio task takes a step.',
  values: {
    GO_ON: { description: 'They run while the task awaits something.' },
    WAIT: { description: 'They wait until the step is over, or somebody lets them go on.' },
  } satisfies Record<OtherTasks, { description: string }>,
});
export const StopLevelEnum = builder.enumType('StopLevel', {
  description: 'The rungs of the stop ladder: at the next statement, SIGINT, SIGTERM, SIGKILL.',
  values: STOP_LEVELS,
});
export const FailureActionEnum = builder.enumType('FailureAction', {
  description: 'What to do about a failed statement whose process is held.',
  values: FAILURE_ACTIONS,
});
export const RunStartEnum = builder.enumType('RunStart', {
  description: 'QUEUED waits for the mode of the sequencer; RUNNING starts as soon as the sequencer is free.',
  values: RUN_STARTS,
});

builder.queryType();
builder.mutationType();
