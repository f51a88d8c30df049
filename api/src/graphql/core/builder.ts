/** The schema builder, with the scalars and enums. */
import SchemaBuilder from '@pothos/core';
import {
  SequencerError,
  type AfterFailure,
  type FailureAction,
  type Mode,
  type OtherTasks,
  type Phase,
  type Role,
  type RunOrigin,
  type RunStart,
  type StatementState,
  type StepCommand,
  type StopLevel,
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
  description: 'A time in ISO 8601 with an offset. The server sends UTC.',
  serialize: (value) => (value instanceof Date ? value.toISOString() : value),
  parseValue: (value) => {
    const moment = typeof value === 'string' && value.includes('T') ? readMoment(value) : null;
    if (moment) return moment;
    const remedy = 'Use ISO 8601 with an offset and a year from 1 to 9999, such as 2026-11-24T04:00:00Z.';
    throw new SequencerError('BAD_INPUT', 'Not a time.', remedy);
  },
});

export const RoleEnum = builder.enumType('Role', {
  description: 'What a user may do. Each role includes the ones before it.',
  values: {
    VIEWER: { description: 'Read everything except accounts and the audit log.' },
    PROPOSER: { description: 'May also submit runs, which wait until an operator accepts them.' },
    OPERATOR: { description: 'Submit, control and stop runs.' },
    ADMIN: { description: 'Manage accounts and read the audit log.' },
  } satisfies Record<Role, { description: string }>,
});
export const ModeEnum = builder.enumType('SequencerMode', {
  description: 'What starts the next run of a sequencer.',
  values: {
    OFF: { description: 'Only runs with `start: RUNNING` start.' },
    QUEUE: { description: 'The next queued run starts automatically.' },
    SCHEDULER: {
      description: 'Queued runs start as in QUEUE. When none is left, a schedule is pulled and run.',
    },
  } satisfies Record<Mode, { description: string }>,
});
export const PhaseEnum = builder.enumType('RunPhase', {
  description: 'Phase of a run. SUCCEEDED, FAILED, INTERRUPTED, TERMINATED, KILLED, CANCELLED and LOST are final.',
  values: {
    QUEUED: { description: 'Waiting in the queue.' },
    STARTING: { description: 'Sent to the runner; the script is not running yet.' },
    RUNNING: { description: 'The script is running. A requested pause may be pending.' },
    PAUSED: { description: 'All traces are stopped, or the run is held on a failure.' },
    STOPPING: { description: 'A stop was sent and the script has not ended yet.' },
    RECORDING: { description: 'In a cluster: the script has ended, and its record waits for the API.' },
    SUCCEEDED: { description: 'The script ended normally.' },
    FAILED: { description: 'An exception or a nonzero exit code ended the script, or it could not start.' },
    INTERRUPTED: { description: 'KeyboardInterrupt or a stop at a statement ended the script.' },
    TERMINATED: { description: 'SIGTERM ended the script.' },
    KILLED: { description: 'SIGKILL ended the script.' },
    CANCELLED: { description: 'Removed from the queue before it started.' },
    LOST: { description: 'The runner lost the run; how it ended is not known.' },
  } satisfies Record<Phase, { description: string }>,
});
export const StatementStateEnum = builder.enumType('StatementState', {
  description: 'State of a statement.',
  values: {
    PENDING: { description: 'Has not started.' },
    RUNNING: {},
    DONE: { description: 'Completed without an exception.' },
    FAILED: { description: 'Raised an exception, or was running when the script ended.' },
    SKIPPED: { description: 'Did not run, by request.' },
  } satisfies Record<StatementState, { description?: string }>,
});
export const TraceKindEnum = builder.enumType('TraceKind', {
  description: 'Kind of a trace.',
  values: { THREAD: { description: 'A thread.' }, TASK: { description: 'An asyncio task.' } },
});
export const TraceStateEnum = builder.enumType('TraceState', {
  description: 'State of a trace.',
  values: {
    RUNNING: { description: 'Running, or waiting in a call.' },
    PAUSED: { description: 'Stopped at a prompt.' },
    ENDED: { description: 'The thread or task has ended.' },
  },
});
export const OutputStreamEnum = builder.enumType('OutputStream', {
  description: 'Standard output or standard error.',
  values: ['STDOUT', 'STDERR'] as const,
});
export const StepCommandEnum = builder.enumType('StepCommand', {
  description: 'How a paused trace continues.',
  values: {
    NEXT: { description: 'To the next line of this function; calls run to their end.' },
    STEP: { description: 'To the next line, entering calls, also of Python libraries.' },
    RETURN: { description: 'To the return of this function.' },
    CONTINUE: { description: 'Until a breakpoint, a pause or the end.' },
    UNTIL: { description: 'To the given line of this function, or to its return.' },
    LOOP: { description: 'To the end of the loop that contains this line.' },
  } satisfies Record<StepCommand, { description: string }>,
});
export const OtherTasksEnum = builder.enumType('OtherTasks', {
  description: 'What the other tasks of the event loop do while an asyncio task takes a step.',
  values: {
    RUN: { description: 'They run while the stepped task awaits something.' },
    WAIT: { description: 'They are frozen until the step completes or `resumeOtherTasks` is called.' },
  } satisfies Record<OtherTasks, { description: string }>,
});
export const StopLevelEnum = builder.enumType('StopLevel', {
  description: 'Rungs of the stop ladder, from the gentlest.',
  values: {
    REQUEST: { description: 'Stop before the next statement.' },
    INTERRUPT: { description: 'SIGINT: the script gets KeyboardInterrupt.' },
    TERMINATE: { description: 'SIGTERM.' },
    KILL: { description: 'SIGKILL: the script ends immediately, without clean-up.' },
  } satisfies Record<StopLevel, { description: string }>,
});
export const FailureActionEnum = builder.enumType('FailureAction', {
  description: 'What to do with a failed statement that holds its run.',
  values: {
    RETRY: { description: 'Run the failed statement again.' },
    SKIP: { description: 'Continue with the statement after it.' },
    GOTO: { description: 'Continue with the statement at a given line.' },
    STOP: { description: 'End the run as failed.' },
  } satisfies Record<FailureAction, { description: string }>,
});
export const RunStartEnum = builder.enumType('RunStart', {
  description: 'When a run starts.',
  values: {
    QUEUED: { description: 'In its turn, if the mode of the sequencer allows it.' },
    RUNNING: { description: 'As soon as the sequencer is free, in any mode.' },
  } satisfies Record<RunStart, { description: string }>,
});
export const AfterFailureEnum = builder.enumType('AfterFailure', {
  description:
    'What follows when the script of a run fails. A run that was stopped, killed or lost holds the queue anyway.',
  values: {
    HOLD_QUEUE: { description: 'The mode is set to Off, so that no queued run starts automatically.' },
    CONTINUE: { description: 'The next queued run starts.' },
    RUN_SAFE_SCRIPT: { description: 'Reserved: there is no safe script yet. Fails with NOT_YET.' },
  } satisfies Record<AfterFailure, { description: string }>,
});
export const RunOriginEnum = builder.enumType('RunOrigin', {
  description: 'What created a run.',
  values: {
    PERSON: { description: 'A user, on a page, with the command line or with an API token.' },
    SCHEDULER: { description: 'A pull from the scheduler.' },
    SAFE_SCRIPT: { description: 'The safe script of the telescope.' },
    HOOK: { description: 'A hook of the site.' },
    KUBECTL: { description: 'A SequencerRun that was created in the cluster.' },
  } satisfies Record<RunOrigin, { description: string }>,
});

builder.queryType();
builder.mutationType();
