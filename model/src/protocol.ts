/**
 * The runner protocol, version 1: what a runner and the gateway say to each other.
 *
 * One websocket, opened by the runner to `/runner` with `Authorization: Bearer <token>`. Each message is one JSON text
 * frame with a `type`. The runner speaks first (`hello`); the gateway answers `welcome`. `docs/protocol.md` tells the
 * rules; `model/golden/` has an example of each message that both sides test against.
 */
import { z } from 'zod';
import { ERROR_CODE } from './errors.ts';
import {
  FAILURE_ACTIONS,
  OTHER_TASKS,
  STEP_COMMANDS,
  STOP_LEVELS,
  breakpointSchema,
  variableSchema,
} from './events.ts';
import { LIMITS, SEQUENCER_NAME } from './limits.ts';

export const PROTOCOL_VERSION = 1;

export const VARIABLE_SCOPES = ['locals', 'globals'] as const;
export type VariableScope = (typeof VARIABLE_SCOPES)[number];

const runId = z.string().min(1).max(64);
const seq = z.int().nonnegative();
/** What came with the run's `start`. */
const runToken = z.string().min(1).max(200);

/* ---- runner to gateway ------------------------------------------------------------------------------------------ */

/** What the runner is and which runs its journals hold. Sent first on every connection. */
export const helloSchema = z.looseObject({
  type: z.literal('hello'),
  protocol: z.int().positive(),
  sequencer: z.string().regex(SEQUENCER_NAME),
  /** Random, new at each start of the supervisor process. */
  instance: z.string().min(1).max(64),
  python: z.string(),
  hostname: z.string(),
  packages: z.record(z.string(), z.string()),
  /** What would keep an observatory's script from starting (missing OCS configuration), as sentences. */
  problems: z.array(z.string()),
  /** Runs in the journal, ended or not, that the gateway has not told it to forget. */
  runs: z.array(
    z.looseObject({
      run: runId,
      lastSeq: seq,
      ended: z.boolean(),
      token: runToken.optional(),
      /** Of a run that has not ended, for a database that does not have it. */
      start: z
        .looseObject({
          by: z.string().max(200),
          title: z.string().max(LIMITS.titleLength).nullable(),
          arguments: z.array(z.string()).max(LIMITS.argumentCount),
          startedAt: z.iso.datetime({ offset: true }).optional(),
        })
        .optional()
        .catch(undefined),
    }),
  ),
  /** It shows the token of each run. Runners of the first version know of none. */
  runTokens: z.boolean().optional(),
});

/** Events of one run in order of seq without gaps, from the one after the last acknowledged. */
export const eventsSchema = z.looseObject({
  type: z.literal('events'),
  run: runId,
  token: runToken.optional(),
  /** Each is checked against its own schema when it is its turn: one that is wrong ends no conversation. */
  events: z
    .array(z.looseObject({ seq: z.int().positive() }))
    .min(1)
    .max(LIMITS.eventsPerMessage),
});

/** The answer to a command. `code` and `message` are there when `ok` is false; `result` depends on the command. */
export const replySchema = z.looseObject({
  type: z.literal('reply'),
  id: z.string().min(1).max(64),
  ok: z.boolean(),
  /** Usually a code of the catalogue. A newer runner may send others; they are kept. Anything else is dropped. */
  code: z.string().regex(ERROR_CODE).optional().catch(undefined),
  message: z.string().optional(),
  result: z.unknown().optional(),
});

export const fromRunnerSchema = z.discriminatedUnion('type', [helloSchema, eventsSchema, replySchema]);
export type Hello = z.infer<typeof helloSchema>;
export type EventsMessage = z.infer<typeof eventsSchema>;
export type Reply = z.infer<typeof replySchema>;
export type FromRunner = z.infer<typeof fromRunnerSchema>;

/**
 * Whether the message is of a type that only a newer version knows. Such a message is ignored.
 *
 * @param schema of the messages of this direction
 */
export function isUnknownType(
  message: unknown,
  { options }: { options: readonly { shape: { type: { value: string } } }[] },
): boolean {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false;
  const { type } = message;
  return typeof type === 'string' && options.every((option) => option.shape.type.value !== type);
}

/* ---- gateway to runner ------------------------------------------------------------------------------------------ */

/** For each run of `hello`: the last seq that is stored, or `forget` when the journal of an ended run may be deleted. */
export const welcomeSchema = z.looseObject({
  type: z.literal('welcome'),
  runs: z.array(z.looseObject({ run: runId, acked: seq, forget: z.boolean() })),
});

/** All events up to and including `seq` are committed. After the last event of an ended run the journal may be deleted. */
export const ackSchema = z.looseObject({ type: z.literal('ack'), run: runId, seq });

const forRun = { run: runId, by: z.string() };
/** One prompt of one trace. */
const atPrompt = { trace: z.int().positive(), prompt: z.int().positive() };
/** 0 is the innermost frame of the stack, 1 its caller. */
const frame = z.int().nonnegative();

export const COMMANDS = {
  /** Start a script in a fresh process. Never starts the same run twice: repeated, it answers ok. */
  start: z.looseObject({
    name: z.literal('start'),
    ...forRun,
    /** To be shown with everything that is said of this run. The newest counts. */
    token: runToken.optional(),
    script: z.string(),
    arguments: z.array(z.string()),
    title: z.string().nullable(),
    startPaused: z.boolean(),
    holdOnFailure: z.boolean(),
    breakpoints: z.array(breakpointSchema),
    /** The statement to begin with; those before it are left out. */
    startAt: z.int().nonnegative().optional(),
    /** The same by its first line. Refused when no statement begins there. */
    startLine: z.int().positive().optional(),
  }),
  /** Every trace stops at its next line. */
  pause: z.looseObject({ name: z.literal('pause'), ...forRun }),
  /** Takes a pending pause back and lets every paused trace go on. */
  resume: z.looseObject({ name: z.literal('resume'), ...forRun }),
  /**
   * Answers one prompt of one trace. `line` is for UNTIL: go on until this line, or the end of the function. `others`
   * WAIT: the other tasks of its loop wait until the step is over, or somebody lets them go on.
   */
  step: z.looseObject({
    name: z.literal('step'),
    ...forRun,
    ...atPrompt,
    command: z.enum(STEP_COMMANDS),
    line: z.int().positive().optional(),
    others: z.enum(OTHER_TASKS).optional(),
  }),
  /** Those that wait for the step of this trace go on while it is under way. */
  resumeOtherTasks: z.looseObject({ name: z.literal('resumeOtherTasks'), ...forRun, trace: z.int().positive() }),
  /** Replaces all breakpoints. `result`: the breakpoints as they were set. */
  setBreakpoints: z.looseObject({
    name: z.literal('setBreakpoints'),
    ...forRun,
    breakpoints: z.array(breakpointSchema),
  }),
  /** Evaluates an expression, or carries a statement out, in the stopped trace itself. `result`: {ok, text}. */
  evaluate: z.looseObject({ name: z.literal('evaluate'), ...forRun, ...atPrompt, frame, expression: z.string() }),
  /** Ends an evaluation that takes too long, and nothing else. */
  interruptEvaluation: z.looseObject({ name: z.literal('interruptEvaluation'), ...forRun, ...atPrompt }),
  /** The names of a frame, or what is inside a value. `result`: {variables, total}. */
  variables: z.looseObject({
    name: z.literal('variables'),
    ...forRun,
    ...atPrompt,
    frame,
    scope: z.enum(VARIABLE_SCOPES),
    path: z.array(z.string()),
    after: z.int().nonnegative(),
    first: z.int().positive(),
  }),
  /** The text of a Python file that the run uses. `result`: {file, text}. */
  source: z.looseObject({ name: z.literal('source'), ...forRun, file: z.string() }),
  /** What follows a failure that was held. `line` is for GOTO: of the statement to go on with. */
  decide: z.looseObject({
    name: z.literal('decide'),
    ...forRun,
    action: z.enum(FAILURE_ACTIONS),
    line: z.int().positive().optional(),
  }),
  /** Replaces the statements that have not started by those of this script. */
  replace: z.looseObject({ name: z.literal('replace'), ...forRun, script: z.string() }),
  /** Answers a question of the script. A `confirm` is answered by `yes` or `no`. */
  answer: z.looseObject({ name: z.literal('answer'), ...forRun, ask: z.int().positive(), answer: z.string() }),
  /** One rung of the stop ladder. `escalate`: the next follows by itself when this one's time is over. */
  stop: z.looseObject({
    name: z.literal('stop'),
    ...forRun,
    level: z.enum(STOP_LEVELS),
    escalate: z.boolean().optional(),
  }),
  /** Takes a stop of level `REQUEST` back. */
  unstop: z.looseObject({ name: z.literal('unstop'), ...forRun }),
  /** Compiles a script without running it. `result`: a list of findings {severity, line, code, message}. */
  check: z.looseObject({
    name: z.literal('check'),
    script: z.string(),
    /** The statement to begin with: a finding LEFT_OUT says what that leaves out. */
    startAt: z.int().nonnegative().optional(),
    startLine: z.int().positive().optional(),
  }),
  /** The top-level statements of a script. `result`: a list of {index, firstLine, lastLine}. Refused as a start would be. */
  statements: z.looseObject({ name: z.literal('statements'), script: z.string() }),
} as const;

export const commandSchema = z.looseObject({
  type: z.literal('command'),
  id: z.string().min(1).max(64),
  command: z.discriminatedUnion('name', [
    COMMANDS.start,
    COMMANDS.pause,
    COMMANDS.resume,
    COMMANDS.step,
    COMMANDS.resumeOtherTasks,
    COMMANDS.setBreakpoints,
    COMMANDS.evaluate,
    COMMANDS.interruptEvaluation,
    COMMANDS.variables,
    COMMANDS.source,
    COMMANDS.decide,
    COMMANDS.replace,
    COMMANDS.answer,
    COMMANDS.stop,
    COMMANDS.unstop,
    COMMANDS.check,
    COMMANDS.statements,
  ]),
});

export const toRunnerSchema = z.discriminatedUnion('type', [welcomeSchema, ackSchema, commandSchema]);
export type Welcome = z.infer<typeof welcomeSchema>;
export type Ack = z.infer<typeof ackSchema>;
export type CommandMessage = z.infer<typeof commandSchema>;
export type Command = CommandMessage['command'];
type Known<T> = { [K in keyof T as string extends K ? never : number extends K ? never : K]: T[K] };
type AboutRun<C> = C extends { run: string; by: string } ? Omit<Known<C>, 'run' | 'by'> : never;
/** A command about a run that has started, without the run and who it is by. */
export type RunCommand = AboutRun<Exclude<Command, { name: 'start' }>>;
export type ToRunner = z.infer<typeof toRunnerSchema>;

/** What the `check` command answers. Severity `error` means that the script cannot start. */
export const findingSchema = z.looseObject({
  severity: z.enum(['error', 'warning', 'info']),
  line: z.int().positive().nullable(),
  /** From 1, in characters. A runner of an earlier version does not send it. */
  column: z.int().positive().nullable().default(null),
  code: z.string(),
  message: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

/** What `evaluate` answers: `text` is the value, what was printed, or the error. */
export const evaluationSchema = z.looseObject({ ok: z.boolean(), text: z.string() });
export type Evaluation = z.infer<typeof evaluationSchema>;

/** What `variables` answers; `total` counts all of them. */
export const variablePageSchema = z.looseObject({
  variables: z.array(variableSchema),
  total: z.int().nonnegative(),
});
export type VariablePage = z.infer<typeof variablePageSchema>;

/** What `source` answers. */
export const sourceFileSchema = z.looseObject({ file: z.string(), text: z.string() });
export type SourceFile = z.infer<typeof sourceFileSchema>;
