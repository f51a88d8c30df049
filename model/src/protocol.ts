/**
 * The runner protocol, version 1: what a runner and the gateway say to each other.
 *
 * One websocket, opened by the runner to `/runner` with `Authorization: Bearer <token>`. Each message is one JSON text
 * frame with a `type`. The runner speaks first (`hello`); the gateway answers `welcome`. `docs/protocol.md` tells the
 * rules; `model/golden/` has an example of each message that both sides test against.
 */
import { z } from 'zod';
import { ERROR_CODES } from './errors.ts';
import { STEP_COMMANDS, STOP_LEVELS, anyEventSchema, breakpointSchema } from './events.ts';
import { LIMITS, SEQUENCER_NAME } from './limits.ts';

export const PROTOCOL_VERSION = 1;

const runId = z.string().min(1).max(64);
const seq = z.int().nonnegative();

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
  runs: z.array(z.looseObject({ run: runId, lastSeq: seq, ended: z.boolean() })),
});

/** Events of one run in order of seq without gaps, from the one after the last acknowledged. */
export const eventsSchema = z.looseObject({
  type: z.literal('events'),
  run: runId,
  events: z.array(anyEventSchema).min(1).max(LIMITS.eventsPerMessage),
});

/** The answer to a command. `code` and `message` are there when `ok` is false; `result` depends on the command. */
export const replySchema = z.looseObject({
  type: z.literal('reply'),
  id: z.string().min(1).max(64),
  ok: z.boolean(),
  code: z.enum(ERROR_CODES).optional(),
  message: z.string().optional(),
  result: z.unknown().optional(),
});

export const fromRunnerSchema = z.discriminatedUnion('type', [helloSchema, eventsSchema, replySchema]);
export type Hello = z.infer<typeof helloSchema>;
export type EventsMessage = z.infer<typeof eventsSchema>;
export type Reply = z.infer<typeof replySchema>;
export type FromRunner = z.infer<typeof fromRunnerSchema>;

/* ---- gateway to runner ------------------------------------------------------------------------------------------ */

/** For each run of `hello`: the last seq that is stored, or `forget` when the journal of an ended run may be deleted. */
export const welcomeSchema = z.looseObject({
  type: z.literal('welcome'),
  runs: z.array(z.looseObject({ run: runId, acked: seq, forget: z.boolean() })),
});

/** All events up to and including `seq` are committed. After the last event of an ended run the journal may be deleted. */
export const ackSchema = z.looseObject({ type: z.literal('ack'), run: runId, seq });

const forRun = { run: runId, by: z.string() };

export const COMMANDS = {
  /** Start a script in a fresh process. Never starts the same run twice: repeated, it answers ok. */
  start: z.looseObject({
    name: z.literal('start'),
    ...forRun,
    script: z.string(),
    arguments: z.array(z.string()),
    title: z.string().nullable(),
    startPaused: z.boolean(),
    holdOnFailure: z.boolean(),
    breakpoints: z.array(breakpointSchema),
  }),
  /** Every trace stops at its next line. */
  pause: z.looseObject({ name: z.literal('pause'), ...forRun }),
  /** Takes a pending pause back and lets every paused trace go on. */
  resume: z.looseObject({ name: z.literal('resume'), ...forRun }),
  /** Answers one prompt of one trace. */
  step: z.looseObject({
    name: z.literal('step'),
    ...forRun,
    trace: z.int().positive(),
    prompt: z.int().positive(),
    command: z.enum(STEP_COMMANDS),
  }),
  /** One rung of the stop ladder. */
  stop: z.looseObject({ name: z.literal('stop'), ...forRun, level: z.enum(STOP_LEVELS) }),
  /** Takes a stop of level `REQUEST` back. */
  unstop: z.looseObject({ name: z.literal('unstop'), ...forRun }),
  /** Compiles a script without running it. `result`: a list of findings {severity, line, code, message}. */
  check: z.looseObject({ name: z.literal('check'), script: z.string() }),
} as const;

export const commandSchema = z.looseObject({
  type: z.literal('command'),
  id: z.string().min(1).max(64),
  command: z.discriminatedUnion('name', [
    COMMANDS.start,
    COMMANDS.pause,
    COMMANDS.resume,
    COMMANDS.step,
    COMMANDS.stop,
    COMMANDS.unstop,
    COMMANDS.check,
  ]),
});

export const toRunnerSchema = z.discriminatedUnion('type', [welcomeSchema, ackSchema, commandSchema]);
export type Welcome = z.infer<typeof welcomeSchema>;
export type Ack = z.infer<typeof ackSchema>;
export type CommandMessage = z.infer<typeof commandSchema>;
export type Command = CommandMessage['command'];
export type ToRunner = z.infer<typeof toRunnerSchema>;

/** What the `check` command answers. Severity `error` means that the script cannot start. */
export const findingSchema = z.looseObject({
  severity: z.enum(['error', 'warning', 'info']),
  line: z.int().positive().nullable(),
  code: z.string(),
  message: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;
