/**
 * The runner protocol, version 1: the messages between a runner and the gateway.
 *
 * One websocket, opened by the runner to `/runner` with `Authorization: Bearer <token>`. Each message is one JSON text
 * frame with a `type`. The runner sends the first message (`hello`); the gateway answers `welcome`. `docs/protocol.md` has
 * the rules. `model/golden/` has an example of each message, which the tests of both sides read.
 */
import { z } from 'zod';
import { ERROR_CODE } from './errors.ts';
import {
  FAILURE_ACTIONS,
  OTHER_TASKS,
  STEP_COMMANDS,
  EVENT_SCHEMAS,
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
/** The token of the run, from its `start`. */
const runToken = z.string().min(1).max(200);

/* ---- runner to gateway ------------------------------------------------------------------------------------------ */

/** Describes the runner and the runs in its journals. The first message on every connection. */
export const helloSchema = z.looseObject({
  type: z.literal('hello'),
  protocol: z.int().positive(),
  sequencer: z.string().regex(SEQUENCER_NAME),
  /** A random id of the supervisor process. */
  instance: z.string().min(1).max(64),
  python: z.string(),
  hostname: z.string(),
  packages: z.record(z.string(), z.string()),
  /** Why a script that uses OCS cannot start (missing configuration), as sentences. */
  problems: z.array(z.string()),
  /** The runs in its journals, active or ended. */
  runs: z.array(
    z.looseObject({
      run: runId,
      lastSeq: seq,
      ended: z.boolean(),
      token: runToken.optional(),
      /** Of an active run, for a database that does not have it. */
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
  /** The runner sends the token of each run. Runners of the first version have no tokens. */
  runTokens: z.boolean().optional(),
});

/** Events of one run, in order of seq and without gaps, from the first that is not acknowledged. */
export const eventsSchema = z.looseObject({
  type: z.literal('events'),
  run: runId,
  token: runToken.optional(),
  /** Each is checked against its own schema later, so that an invalid one does not end the connection. */
  events: z
    .array(z.looseObject({ seq: z.int().positive() }))
    .min(1)
    .max(LIMITS.eventsPerMessage),
});

/** The answer to a command. `code` and `message` are present if `ok` is false; `result` depends on the command. */
export const replySchema = z.looseObject({
  type: z.literal('reply'),
  id: z.string().min(1).max(64),
  ok: z.boolean(),
  /** A code of the catalogue, or of a newer runner. Values of any other form are dropped. */
  code: z.string().regex(ERROR_CODE).optional().catch(undefined),
  message: z.string().optional(),
  /** What to do. Absent: the remedy of the catalogue. Empty: the message contains it. */
  remedy: z.string().optional().catch(undefined),
  result: z.unknown().optional(),
});

export const fromRunnerSchema = z.discriminatedUnion('type', [helloSchema, eventsSchema, replySchema]);
export type Hello = z.infer<typeof helloSchema>;
export type EventsMessage = z.infer<typeof eventsSchema>;
export type Reply = z.infer<typeof replySchema>;
export type FromRunner = z.infer<typeof fromRunnerSchema>;

/**
 * Whether the type of the message is unknown in this version. Such a message is ignored.
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

/** For each run of `hello`: the last stored seq, or `forget` if the runner may delete the journal. */
export const welcomeSchema = z.looseObject({
  type: z.literal('welcome'),
  runs: z.array(z.looseObject({ run: runId, acked: seq, forget: z.boolean() })),
});

/** All events up to `seq` are committed. After the last event of an ended run the runner may delete the journal. */
export const ackSchema = z.looseObject({ type: z.literal('ack'), run: runId, seq });

const forRun = { run: runId, by: z.string() };
/** One prompt of one trace. */
const atPrompt = { trace: z.int().positive(), prompt: z.int().positive() };
/** 0 is the innermost frame of the stack, 1 its caller. */
const frame = z.int().nonnegative();

export const COMMANDS = {
  /** Starts a script in a new process. A repeated start of the same run starts nothing and succeeds. */
  start: z.looseObject({
    name: z.literal('start'),
    ...forRun,
    /** Sent back with every message about this run. The newest one is valid. */
    token: runToken.optional(),
    script: z.string(),
    arguments: z.array(z.string()),
    title: z.string().nullable(),
    startPaused: z.boolean(),
    holdOnFailure: z.boolean(),
    breakpoints: z.array(breakpointSchema),
    /** The first statement to run. Earlier statements are omitted. */
    startAt: z.int().nonnegative().optional(),
    /** The same, by its first line. Refused if no statement begins there. */
    startLine: z.int().positive().optional(),
  }),
  /** Stops every trace at its next line. */
  pause: z.looseObject({ name: z.literal('pause'), ...forRun }),
  /** Withdraws a pending pause and continues every paused trace. */
  resume: z.looseObject({ name: z.literal('resume'), ...forRun }),
  /**
   * Answers one prompt of one trace. `line` is for UNTIL: continue until this line or the end of the function. `others`
   * WAIT: the other tasks of its loop are frozen until the step ends or `resumeOtherTasks`.
   */
  step: z.looseObject({
    name: z.literal('step'),
    ...forRun,
    ...atPrompt,
    command: z.enum(STEP_COMMANDS),
    line: z.int().positive().optional(),
    others: z.enum(OTHER_TASKS).optional(),
  }),
  /** Continues the tasks that are frozen for the step of this trace. */
  resumeOtherTasks: z.looseObject({ name: z.literal('resumeOtherTasks'), ...forRun, trace: z.int().positive() }),
  /** Replaces all breakpoints. `result`: the breakpoints as set. */
  setBreakpoints: z.looseObject({
    name: z.literal('setBreakpoints'),
    ...forRun,
    breakpoints: z.array(breakpointSchema),
  }),
  /** Evaluates an expression, or executes a statement, in the stopped trace itself. `result`: {ok, text}. */
  evaluate: z.looseObject({
    name: z.literal('evaluate'),
    ...forRun,
    ...atPrompt,
    frame,
    expression: z.string(),
    watch: z.boolean().optional(),
  }),
  /** Interrupts an evaluation. The script itself is not interrupted. */
  interruptEvaluation: z.looseObject({ name: z.literal('interruptEvaluation'), ...forRun, ...atPrompt }),
  /** Lists the names of a frame, or the contents of a value. `result`: {variables, total}. */
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
  /** Reads a Python file that the run uses. `result`: {file, text}. */
  source: z.looseObject({ name: z.literal('source'), ...forRun, file: z.string() }),
  /** Decides how the run continues after a held failure. `line` is for GOTO: the line of the next statement. */
  decide: z.looseObject({
    name: z.literal('decide'),
    ...forRun,
    action: z.enum(FAILURE_ACTIONS),
    line: z.int().positive().optional(),
  }),
  /** Replaces the statements that have not started with those of this script. */
  replace: z.looseObject({ name: z.literal('replace'), ...forRun, script: z.string() }),
  /** Answers a question of the script. The answer to a `confirm` is `yes` or `no`. */
  answer: z.looseObject({ name: z.literal('answer'), ...forRun, ask: z.int().positive(), answer: z.string() }),
  /** Sends one rung of the stop ladder. `escalate`: the next rung follows automatically at the deadline. */
  stop: z.looseObject({
    name: z.literal('stop'),
    ...forRun,
    level: z.enum(STOP_LEVELS),
    escalate: z.boolean().optional(),
    /** When the API received the request, by its clock. The event `stopping` repeats it. */
    requestedAt: z.iso.datetime({ offset: true }).optional(),
  }),
  /** Cancels a stop of level `REQUEST`. */
  unstop: z.looseObject({ name: z.literal('unstop'), ...forRun }),
  /** Compiles a script without running it. `result`: a list of findings {severity, line, code, message}. */
  check: z.looseObject({
    name: z.literal('check'),
    script: z.string(),
    /** The first statement to run. The finding LEFT_OUT describes the omitted statements. */
    startAt: z.int().nonnegative().optional(),
    startLine: z.int().positive().optional(),
  }),
  /** Lists the top-level statements. `result`: a list of {index, firstLine, lastLine}. Refused as a start would be. */
  statements: z.looseObject({ name: z.literal('statements'), script: z.string() }),
  /** Reads which operations run on the telescope. `result`: as in a `telescope` event; null if no observatory is configured. */
  telescope: z.looseObject({ name: z.literal('telescope') }),
  /** Reads what a start depends on, apart from the script. `result`: as `conditionsSchema`. */
  conditions: z.looseObject({ name: z.literal('conditions') }),
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
    COMMANDS.telescope,
    COMMANDS.conditions,
  ]),
});

export const toRunnerSchema = z.discriminatedUnion('type', [welcomeSchema, ackSchema, commandSchema]);
export type Welcome = z.infer<typeof welcomeSchema>;
export type Ack = z.infer<typeof ackSchema>;
export type CommandMessage = z.infer<typeof commandSchema>;
export type Command = CommandMessage['command'];
type Known<T> = { [K in keyof T as string extends K ? never : number extends K ? never : K]: T[K] };
type AboutRun<C> = C extends { run: string; by: string } ? Omit<Known<C>, 'run' | 'by'> : never;
/** A command about a run that has started, without its run and user. */
export type RunCommand = AboutRun<Exclude<Command, { name: 'start' }>>;
export type ToRunner = z.infer<typeof toRunnerSchema>;

/** An item of the result of `check`. Severity `error` means that the script cannot start. */
export const findingSchema = z.looseObject({
  /** One that only a newer runner knows counts as a warning: the runner itself refuses a script that cannot start. */
  severity: z.enum(['error', 'warning', 'info']).catch('warning'),
  line: z.int().positive().nullable(),
  /** From 1, in characters. Runners of an earlier version do not send it. */
  column: z.int().positive().nullable().default(null),
  code: z.string(),
  message: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

/** The result of `evaluate`. `text`: the value, the output, or the error. */
export const evaluationSchema = z.looseObject({ ok: z.boolean(), text: z.string() });
export type Evaluation = z.infer<typeof evaluationSchema>;

/** The result of `variables`. `total`: the number of all variables. */
export const variablePageSchema = z.looseObject({
  variables: z.array(variableSchema),
  total: z.int().nonnegative(),
});
export type VariablePage = z.infer<typeof variablePageSchema>;

/** The result of `telescope`. */
export const telescopeStatusSchema = EVENT_SCHEMAS.telescope.omit({ seq: true, type: true });

/** An agent in the registry of OCS. */
export const registeredAgentSchema = z.looseObject({
  agent: z.string(),
  /** Such as `ACUAgent`. */
  agentClass: z.string(),
  /** Whether OCS has lost it. */
  expired: z.boolean(),
  /** When the registry last received its heartbeat. Absent if that is not known. */
  seenAt: z.iso.datetime({ offset: true }).optional(),
});
export type RegisteredAgent = z.infer<typeof registeredAgentSchema>;

/** The result of `conditions`. */
export const conditionsSchema = z.looseObject({
  /** By the clock of the runner, when it replied. */
  at: z.iso.datetime({ offset: true }),
  /** Free space on the disk of the journal. Null if it cannot be read. */
  journalFreeBytes: z.int().nonnegative().nullable(),
  /** Null if no observatory is configured, and with a `problem`. */
  agents: z.array(registeredAgentSchema).nullable(),
  /** Why the registry could not be read, as a sentence. */
  problem: z.string().optional(),
});
export type Conditions = z.infer<typeof conditionsSchema>;

/** The result of `source`. */
export const sourceFileSchema = z.looseObject({ file: z.string(), text: z.string() });
export type SourceFile = z.infer<typeof sourceFileSchema>;
