/**
 * The events of a run: numbered facts, written by its runner. `seq` starts at 1 and has no gaps. `at` is the runner's
 * clock in ISO 8601, UTC. A reader ignores unknown fields and keeps events of unknown types.
 */
import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { OUTCOMES } from './phases.ts';

export const STOP_LEVELS = ['REQUEST', 'INTERRUPT', 'TERMINATE', 'KILL'] as const;
export type StopLevel = (typeof STOP_LEVELS)[number];
export const STEP_COMMANDS = ['NEXT', 'STEP', 'RETURN', 'CONTINUE', 'UNTIL', 'LOOP'] as const;
export type StepCommand = (typeof STEP_COMMANDS)[number];
/** What the other tasks of the loop do during a step of an asyncio task: run, or wait for the end of the step. */
export const OTHER_TASKS = ['RUN', 'WAIT'] as const;
export type OtherTasks = (typeof OTHER_TASKS)[number];
export const STATEMENT_STATES = ['PENDING', 'RUNNING', 'DONE', 'FAILED', 'SKIPPED'] as const;
export type StatementState = (typeof STATEMENT_STATES)[number];
export const FAILURE_ACTIONS = ['RETRY', 'SKIP', 'GOTO', 'STOP'] as const;
export type FailureAction = (typeof FAILURE_ACTIONS)[number];

const count = z.int().nonnegative();
const lineNumber = z.int().positive();
/** Numbers that the database stores in 32 bits. */
const int32 = z
  .int()
  .min(-(2 ** 31))
  .max(2 ** 31 - 1);
const FIRST_YEAR = 1970;
const LAST_YEAR = 2999;
const time = z.iso.datetime({ offset: true }).refine(
  (text) => {
    const year = new Date(text).getUTCFullYear();
    return year >= FIRST_YEAR && year <= LAST_YEAR;
  },
  { error: `not a time of the years ${String(FIRST_YEAR)} to ${String(LAST_YEAR)}` },
);
const base = { seq: z.int().positive(), at: time };

/** One of these values, or one of a newer runner, which is shown unchanged. */
function word<T extends string>(words: readonly T[]) {
  return z.union([z.enum(words), z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/)]);
}

function event<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.looseObject({ ...base, type: z.literal(type), ...shape });
}

export const variableSchema = z.looseObject({
  name: z.string(),
  type: z.string(),
  /** A repr of limited length. It never raises. */
  value: z.string(),
  expandable: z.boolean(),
  /** The path for the command `variables`: the name, then a key for each level of the value. */
  path: z.array(z.string()).optional(),
});

export const frameSchema = z.looseObject({
  file: z.string(),
  line: lineNumber,
  function: z.string(),
  variables: z.array(variableSchema),
});

export const breakpointSchema = z.looseObject({
  /** The script itself is `<script>`. */
  file: z.string().max(LIMITS.breakpointTextLength),
  line: lineNumber,
  condition: z.string().max(LIMITS.breakpointTextLength).nullish(),
  /** Stops only at this hit. */
  hitCount: count.nullish(),
  /** Makes it a log point, which does not stop. A text with expressions in braces. */
  logMessage: z.string().max(LIMITS.breakpointTextLength).nullish(),
  enabled: z.boolean(),
  /** The line of the request, if it has no code and `line` is the next line with code. */
  requestedLine: lineNumber.nullish(),
  /** The line of its statement before the rest of the script was replaced. */
  movedFrom: lineNumber.nullish(),
  /** How often the line was reached while the condition held. */
  hits: count.nullish(),
  /** A sentence: why the breakpoint cannot stop the script. */
  problem: z.string().nullish(),
});

export const statementSpanSchema = z.looseObject({ index: count, firstLine: lineNumber, lastLine: lineNumber });

/** The position of a trace. The file of the script is `<script>`; other files have the path that Python uses. */
const position = { file: z.string(), line: lineNumber, function: z.string() };

export const EVENT_SCHEMAS = {
  /** The first event: the script process has started. Statements count from 0, lines from 1; last lines are included. */
  started: event('started', {
    statements: z.array(statementSpanSchema),
    pid: count,
    hostname: z.string(),
    python: z.string(),
    /** Versions of the packages that scripts use, by name: sorunlib, ocs, numpy. */
    packages: z.record(z.string(), z.string()),
    /** The version of the script: 1 here, and one more with each replacement. */
    version: z.int().positive().optional(),
  }),
  /**
   * The state of a statement changed. `version` is the version of the script that contains it, 1 if absent. `attempt` is 0
   * for an omitted statement.
   */
  statement: event('statement', {
    index: count,
    state: z.enum(STATEMENT_STATES),
    attempt: count,
    version: z.int().positive().optional(),
  }),
  /** The remaining statements were replaced. `script` is the complete text. `firstChanged`: the first new statement. */
  script: event('script', {
    version: z.int().positive(),
    script: z.string(),
    firstChanged: count,
    statements: z.array(statementSpanSchema),
    by: z.string(),
  }),
  /** A thread or an asyncio task started. `thread`: for a task, the trace of its thread. */
  traceStarted: event('traceStarted', {
    trace: z.int().positive(),
    kind: z.enum(['THREAD', 'TASK']),
    name: z.string(),
    thread: z.int().positive().nullish(),
  }),
  traceEnded: event('traceEnded', { trace: z.int().positive() }),
  /**
   * A trace reached a line. `sampled`: code of the run is hot, and lines since the previous event may be missing.
   * `busy`: this trace passes this line more often than every pass can be reported.
   */
  line: event('line', {
    trace: z.int().positive(),
    ...position,
    sampled: z.boolean().optional(),
    busy: z.boolean().optional(),
  }),
  output: event('output', {
    stream: z.enum(['STDOUT', 'STDERR']),
    text: z.string(),
    trace: z.int().positive().nullish(),
    line: lineNumber.nullish(),
  }),
  /** The journal or the disk is full, so this much output was not recorded. Only output is ever dropped. */
  outputDropped: event('outputDropped', { bytes: z.int().positive() }),
  /** A trace stopped and waits for a command. `number` increases during the run. `stack`: the innermost frame is last. */
  prompt: event('prompt', {
    trace: z.int().positive(),
    number: z.int().positive(),
    /** Why the trace stopped. */
    reason: word(['start', 'pause', 'step', 'breakpoint', 'failure']),
    /** The position in the flow of control. */
    event: word(['line', 'call', 'return', 'exception']),
    stack: z.array(frameSchema),
    /** The trace is stopped before the first line of a top-level statement: nothing of the statement has run. */
    beforeStatement: z.boolean().optional(),
    /** The breakpoint that stopped the trace. `error`: the exception that its condition raised. */
    breakpoint: z
      .looseObject({
        file: z.string(),
        line: lineNumber,
        condition: z.string().nullish(),
        hits: count.nullish(),
        error: z.string().nullish(),
      })
      .nullish(),
    /** The exception, for event `exception`. */
    exception: z.looseObject({ type: z.string(), message: z.string() }).nullish(),
  }),
  /** A prompt was answered. */
  resumed: event('resumed', {
    trace: z.int().positive(),
    number: z.int().positive(),
    command: z.enum(STEP_COMMANDS),
    others: z.enum(OTHER_TASKS).optional(),
  }),
  /**
   * The stepped task is blocked, and so is its loop: `tasks` other tasks are frozen for the step. 0: they continue.
   */
  tasksFrozen: event('tasksFrozen', { trace: z.int().positive(), tasks: count }),
  /** A log point was reached, `hits` times so far. */
  logged: event('logged', {
    trace: z.int().positive(),
    file: z.string(),
    line: lineNumber,
    text: z.string(),
    hits: count.optional(),
  }),
  /**
   * A user evaluated an expression or executed a statement in a frame (0: innermost) of a stopped trace. `watch`: the page
   * evaluates it at each stop, to show its value.
   */
  evaluated: event('evaluated', {
    trace: z.int().positive(),
    prompt: z.int().positive(),
    frame: count,
    expression: z.string(),
    ok: z.boolean(),
    text: z.string(),
    by: z.string(),
    watch: z.boolean().optional(),
  }),
  /** The script asks the operators. `ask` increases during the run. The answer is due at `deadline`, if there is one. */
  ask: event('ask', {
    ask: z.int().positive(),
    trace: z.int().positive(),
    kind: z.enum(['text', 'confirm']),
    question: z.string(),
    default: z.string().nullish(),
    deadline: time.nullish(),
  }),
  /**
   * The question is closed. `by` is null if no user answered: the default was used at the deadline, or the wait was ended.
   */
  answered: event('answered', { ask: z.int().positive(), answer: z.string().nullable(), by: z.string().nullable() }),
  /** The progress of a task, as the script reports it. */
  progress: event('progress', {
    trace: z.int().positive(),
    name: z.string(),
    done: z.number(),
    total: z.number().nullish(),
    text: z.string().nullish(),
  }),
  /** A pause is pending, complete, or over. `waitingFor`: the traces that have not stopped yet, with their lines. */
  pause: event('pause', {
    state: z.enum(['pending', 'paused', 'none']),
    waitingFor: z.array(z.looseObject({ trace: z.int().positive(), line: lineNumber.nullish() })),
  }),
  /** A command of a user was carried out or refused: the as-run record of user actions. */
  action: event('action', {
    name: z.string(),
    by: z.string(),
    ok: z.boolean(),
    /** A sentence with details: the level of a stop, the command of a step, the reason of a refusal. */
    detail: z.string(),
  }),
  /** A rung of the stop ladder was sent to the script. `level` is null when a `REQUEST` was cancelled. */
  stopping: event('stopping', {
    level: z.enum(STOP_LEVELS).nullable(),
    by: z.string(),
    /** The time until which this rung usually takes effect. */
    deadline: time.nullish(),
    /** Whether the next rung is sent automatically at the deadline. */
    escalate: z.boolean().optional(),
    /** When the API received the request, by its clock; `at` is when the runner received it. */
    requestedAt: time.optional(),
  }),
  /** How the script reacts to a rung. Sent with growing intervals while the script is still running. */
  reaction: event('reaction', {
    level: z.enum(STOP_LEVELS),
    /** Seconds since the rung was sent. */
    seconds: count,
    /** No line has run since; the signal is ignored; lines are running; or the process does not respond. */
    reaction: word(['none', 'ignored', 'running', 'unknown']),
    /** A sentence. */
    text: z.string(),
  }),
  /** Telescope status: the operations that run according to the registry of OCS, newest first. */
  telescope: event('telescope', {
    agents: z.array(z.looseObject({ agent: z.string(), operation: z.string(), since: time.nullish() })),
    /** A sentence: why the list is incomplete or empty. */
    problem: z.string().nullish(),
  }),
  breakpoints: event('breakpoints', { breakpoints: z.array(breakpointSchema) }),
  /** An exception that ends the script. `exception`, `message` and `line`: its first cause. `then`: what followed. */
  failure: event('failure', {
    exception: z.string(),
    message: z.string(),
    traceback: z.string(),
    /** The line of the script in the frame nearest to the origin. */
    line: lineNumber.nullish(),
    statement: count.nullish(),
    then: z.array(z.string()),
    /** The script is held at the failure until a `decision`. */
    awaitingDecision: z.boolean(),
  }),
  /** How the run continues after a held failure. `statement`: the failed one. `line`: the target of GOTO. */
  decision: event('decision', {
    action: z.enum(FAILURE_ACTIONS),
    statement: count.nullish(),
    line: lineNumber.nullish(),
    by: z.string(),
  }),
  /** Replaces an event that could not be recorded. `event`: its type. `problem`: the reason, as a sentence. */
  setAside: event('setAside', { event: z.string(), problem: z.string() }),
  /** The last event. `exitCode` as in a shell: 128 + n for a process that signal n ended; null if unknown. */
  ended: event('ended', {
    outcome: z.enum(OUTCOMES),
    exitCode: int32.nullable(),
    reason: z.string(),
  }),
} as const;

export type EventType = keyof typeof EVENT_SCHEMAS;
export const EVENT_TYPES = Object.keys(EVENT_SCHEMAS) as EventType[];

export type RunEventOf<T extends EventType> = z.infer<(typeof EVENT_SCHEMAS)[T]>;
export type RunEvent = { [T in EventType]: RunEventOf<T> }[EventType];

export type Variable = z.infer<typeof variableSchema>;
export type Frame = z.infer<typeof frameSchema>;
export type Breakpoint = z.infer<typeof breakpointSchema>;
export type StatementSpan = z.infer<typeof statementSpanSchema>;

/** The form of every event type, also of types of a newer runner. */
const EVENT_TYPE = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

/** An event as it is sent and stored, of any type, also of a type of a newer runner. */
export const anyEventSchema = z.looseObject({ ...base, type: z.string().regex(EVENT_TYPE) });
export type AnyEvent = z.infer<typeof anyEventSchema>;

/** The event, checked against its type; null if the type is unknown. Throws a ZodError if the shape is wrong. */
export function readEvent(event: AnyEvent): RunEvent | null {
  if (!Object.hasOwn(EVENT_SCHEMAS, event.type)) return null;
  return EVENT_SCHEMAS[event.type as EventType].parse(event);
}
