/**
 * The events of a run: numbered facts, written by its runner. `seq` starts at 1 and has no gaps; `at` is the runner's
 * clock in ISO 8601, UTC. A reader ignores fields it does not know and keeps events of types it does not know.
 */
import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { OUTCOMES } from './phases.ts';

export const STOP_LEVELS = ['REQUEST', 'INTERRUPT', 'TERMINATE', 'KILL'] as const;
export type StopLevel = (typeof STOP_LEVELS)[number];
export const STEP_COMMANDS = ['NEXT', 'STEP', 'RETURN', 'CONTINUE', 'UNTIL', 'LOOP'] as const;
export type StepCommand = (typeof STEP_COMMANDS)[number];
/** What the other tasks of its loop do while an asyncio task takes a step. */
export const OTHER_TASKS = ['GO_ON', 'WAIT'] as const;
export type OtherTasks = (typeof OTHER_TASKS)[number];
export const STATEMENT_STATES = ['PENDING', 'RUNNING', 'DONE', 'FAILED', 'SKIPPED'] as const;
export type StatementState = (typeof STATEMENT_STATES)[number];
export const FAILURE_ACTIONS = ['RETRY', 'SKIP', 'GOTO', 'STOP'] as const;
export type FailureAction = (typeof FAILURE_ACTIONS)[number];

const count = z.int().nonnegative();
const lineNumber = z.int().positive();
/** Numbers that the database keeps in 32 bits. */
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

/** One of the words, or one that a newer runner adds. It is shown as it is. */
function word<T extends string>(words: readonly T[]) {
  return z.union([z.enum(words), z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/)]);
}

function event<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.looseObject({ ...base, type: z.literal(type), ...shape });
}

export const variableSchema = z.looseObject({
  name: z.string(),
  type: z.string(),
  /** A bounded repr that never raises. */
  value: z.string(),
  expandable: z.boolean(),
  /** Where `variables` opens it: the name, then a key for each step into the value. */
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
  /** Stops at this hit alone. */
  hitCount: count.nullish(),
  /** Text with expressions in braces: a log point, which does not stop. */
  logMessage: z.string().max(LIMITS.breakpointTextLength).nullish(),
  enabled: z.boolean(),
  /** The line that was asked for, when it has no code and `line` is the next that has. */
  requestedLine: lineNumber.nullish(),
  /** The line that its statement had before the rest of the script was replaced. */
  movedFrom: lineNumber.nullish(),
  /** How often the line was reached with a condition that holds. */
  hits: count.nullish(),
  /** A sentence: why it cannot stop anything. */
  problem: z.string().nullish(),
});

export const statementSpanSchema = z.looseObject({ index: count, firstLine: lineNumber, lastLine: lineNumber });

/** Where a trace stands: `<script>` is the script, anything else a path as Python knows it. */
const position = { file: z.string(), line: lineNumber, function: z.string() };

export const EVENT_SCHEMAS = {
  /** The first event: the script process runs. Indexes of statements are from 0, lines from 1, both ends included. */
  started: event('started', {
    statements: z.array(statementSpanSchema),
    pid: count,
    hostname: z.string(),
    python: z.string(),
    /** Names and versions of the packages that matter to a script: sorunlib, ocs, numpy. */
    packages: z.record(z.string(), z.string()),
    /** Of the script: always 1 here; each replacement of what remains is the next. */
    version: z.int().positive().optional(),
  }),
  /** `version`: of the script that the statement is from, 1 when it is left out. `attempt` is 0 for one left out. */
  statement: event('statement', {
    index: count,
    state: z.enum(STATEMENT_STATES),
    attempt: count,
    version: z.int().positive().optional(),
  }),
  /** What had not run was replaced. `script` is the whole of it; statements before `firstChanged` are as they were. */
  script: event('script', {
    version: z.int().positive(),
    script: z.string(),
    firstChanged: count,
    statements: z.array(statementSpanSchema),
    by: z.string(),
  }),
  /** A thread or an asyncio task begins. `thread` is the trace of the thread that a task runs in. */
  traceStarted: event('traceStarted', {
    trace: z.int().positive(),
    kind: z.enum(['THREAD', 'TASK']),
    name: z.string(),
    thread: z.int().positive().nullish(),
  }),
  traceEnded: event('traceEnded', { trace: z.int().positive() }),
  /** A trace is at a line. `sampled`: the code is hot, lines between this one and the one before are not all recorded. */
  line: event('line', { trace: z.int().positive(), ...position, sampled: z.boolean().optional() }),
  output: event('output', {
    stream: z.enum(['STDOUT', 'STDERR']),
    text: z.string(),
    trace: z.int().positive().nullish(),
    line: lineNumber.nullish(),
  }),
  /** The journal is full, or the disk is: output, and only output, was not recorded. */
  outputDropped: event('outputDropped', { bytes: z.int().positive() }),
  /** A trace stopped and waits for a command. `number` grows over the whole run. `stack` has the innermost frame last. */
  prompt: event('prompt', {
    trace: z.int().positive(),
    number: z.int().positive(),
    /** What stopped it. */
    reason: word(['start', 'pause', 'step', 'breakpoint', 'failure']),
    /** Where in the flow of control. */
    event: word(['line', 'call', 'return', 'exception']),
    stack: z.array(frameSchema),
    /** The breakpoint that stopped it. `error`: its condition raised this. */
    breakpoint: z
      .looseObject({
        file: z.string(),
        line: lineNumber,
        condition: z.string().nullish(),
        hits: count.nullish(),
        error: z.string().nullish(),
      })
      .nullish(),
    /** What was raised, for event `exception`. */
    exception: z.looseObject({ type: z.string(), message: z.string() }).nullish(),
  }),
  /** A prompt was answered. */
  resumed: event('resumed', {
    trace: z.int().positive(),
    number: z.int().positive(),
    command: z.enum(STEP_COMMANDS),
    others: z.enum(OTHER_TASKS).optional(),
  }),
  /** A task in a step waits for something, and so many others of its loop wait for the step. 0: they go on. */
  tasksFrozen: event('tasksFrozen', { trace: z.int().positive(), tasks: count }),
  /** A log point was passed, `hits` times so far. */
  logged: event('logged', {
    trace: z.int().positive(),
    file: z.string(),
    line: lineNumber,
    text: z.string(),
    hits: count.optional(),
  }),
  /** Somebody evaluated an expression, or carried a statement out, in a frame (0: the innermost) of a stopped trace. */
  evaluated: event('evaluated', {
    trace: z.int().positive(),
    prompt: z.int().positive(),
    frame: count,
    expression: z.string(),
    ok: z.boolean(),
    text: z.string(),
    by: z.string(),
  }),
  /** The script asks people. `ask` grows over the whole run; an answer is needed until `deadline`, if there is one. */
  ask: event('ask', {
    ask: z.int().positive(),
    trace: z.int().positive(),
    kind: z.enum(['text', 'confirm']),
    question: z.string(),
    default: z.string().nullish(),
    deadline: time.nullish(),
  }),
  /** The question is over. `by` is null when nobody answered: the default at the deadline, or the wait was ended. */
  answered: event('answered', { ask: z.int().positive(), answer: z.string().nullable(), by: z.string().nullable() }),
  /** How far the script is with something, in its own words. */
  progress: event('progress', {
    trace: z.int().positive(),
    name: z.string(),
    done: z.number(),
    total: z.number().nullish(),
    text: z.string().nullish(),
  }),
  /** A pause waits for every trace to stop, was taken back, or is complete. The traces it waits for, with their lines. */
  pause: event('pause', {
    state: z.enum(['pending', 'paused', 'none']),
    waitingFor: z.array(z.looseObject({ trace: z.int().positive(), line: lineNumber.nullish() })),
  }),
  /** Somebody's command was carried out, or refused. The as-run record of who did what. */
  action: event('action', {
    name: z.string(),
    by: z.string(),
    ok: z.boolean(),
    /** A sentence with the details: the level of a stop, the command of a step, why it was refused. */
    detail: z.string(),
  }),
  /** The stop ladder: a level was sent to the script, or, for `REQUEST` only, taken back. */
  stopping: event('stopping', {
    level: z.enum(STOP_LEVELS).nullable(),
    by: z.string(),
    /** Until when this rung usually does its work. */
    deadline: time.nullish(),
    /** Whether the next rung follows by itself at the deadline. */
    escalate: z.boolean().optional(),
  }),
  /** How the script takes a rung of the ladder, told ever more rarely while it still runs. */
  reaction: event('reaction', {
    level: z.enum(STOP_LEVELS),
    /** Since the rung was sent. */
    seconds: count,
    /** It has not moved since; has switched the signal off; goes on; or cannot even be asked. */
    reaction: word(['none', 'ignored', 'running', 'unknown']),
    /** A sentence. */
    text: z.string(),
  }),
  /** What goes on moving: the operations that OCS's registry says are running, the newest first. */
  telescope: event('telescope', {
    agents: z.array(z.looseObject({ agent: z.string(), operation: z.string(), since: time.nullish() })),
    /** A sentence: why this is not all, or nothing. */
    problem: z.string().nullish(),
  }),
  breakpoints: event('breakpoints', { breakpoints: z.array(breakpointSchema) }),
  /** An exception that ends the script. `type`, `message` and `line` are of the first cause, `then` of those that followed. */
  failure: event('failure', {
    exception: z.string(),
    message: z.string(),
    traceback: z.string(),
    /** The line of the script, in the frame nearest to where it was raised. */
    line: lineNumber.nullish(),
    statement: count.nullish(),
    then: z.array(z.string()),
    /** The script is held at the failure, and a `decision` has to follow. */
    awaitingDecision: z.boolean(),
  }),
  /** What follows the failure that was held. `statement`: the one that failed; `line`: where GOTO goes on. */
  decision: event('decision', {
    action: z.enum(FAILURE_ACTIONS),
    statement: count.nullish(),
    line: lineNumber.nullish(),
    by: z.string(),
  }),
  /** Takes the place of an event that could not be recorded. `event`: its type; `problem`: a sentence, why. */
  setAside: event('setAside', { event: z.string(), problem: z.string() }),
  /** The last event. `exitCode` as a shell shows it: 128 + n for a process ended by signal n; null when nobody knows. */
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

/** The form of every type, also of those that a newer runner adds. */
const EVENT_TYPE = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

/** An event as it travels and is stored: of any type, also one of a newer runner. */
export const anyEventSchema = z.looseObject({ ...base, type: z.string().regex(EVENT_TYPE) });
export type AnyEvent = z.infer<typeof anyEventSchema>;

/** The event, checked against its type; null if the type is not known here. Throws a ZodError on a wrong shape. */
export function readEvent(event: AnyEvent): RunEvent | null {
  if (!Object.hasOwn(EVENT_SCHEMAS, event.type)) return null;
  return EVENT_SCHEMAS[event.type as EventType].parse(event);
}
