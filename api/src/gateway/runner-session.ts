/**
 * The conversation with one runner, without I/O: no socket, no clock and no database. `RunnerSocket` passes everything that
 * happens to `receive`, and carries out the outputs in their order.
 *
 * Contract, for any order of inputs:
 * - Each event of a run is recorded once, in order and without gaps. It is acknowledged only after its commit.
 * - Each command gets one reply: that of the runner, RUNNER_TIMEOUT or RUNNER_AWAY.
 * - Reading is paused while more than the high-water mark of characters wait for their commit.
 * - After `close` or `terminate` there are only replies.
 */
import {
  PROTOCOL_VERSION,
  fromRunnerSchema,
  isUnknownType,
  parseStorable,
  type Command,
  type ErrorCode,
  type EventsMessage,
  type FromRunner,
  type Hello,
  type Reply,
  type ToRunner,
} from '@sequencer/model';
import { z } from 'zod';
import { EVENT_OVERHEAD, receivedEvent, type ReceivedEvent } from '../runs/received-event.ts';
import { isRunToken, runTokenHash } from '../runs/run-token.ts';

export const CLOSE = { unauthorized: 4001, protocol: 4002, replaced: 4003, shutdown: 1012 } as const;
const HIGH_WATER = 8 * 1024 * 1024;
const PING_EVERY_MS = 5000;
const COMMAND_TIMEOUT_MS = 5000;
/** A start may wait for the clean-up of the run before. The runner replies STILL_EVALUATING within 20 s. */
const LONG_TIMEOUTS_MS: Partial<Record<Command['name'], number>> = { start: 15_000, evaluate: 30_000 };

export function timeoutOf(command: Command['name'], otherwise = COMMAND_TIMEOUT_MS): number {
  return LONG_TIMEOUTS_MS[command] ?? otherwise;
}

/** What is known of a run when its runner is admitted. */
export interface Admission {
  run: string;
  /** The last committed event. */
  acked: number;
  /** Nothing more is recorded: the runner deletes its journal. */
  forget: boolean;
  /** The last received event, also over earlier connections. */
  received: number;
  hasEnded: boolean;
  /** Characters of its uncommitted events. */
  pending: number;
  /** Null if every runner of the sequencer may send its events. */
  tokenHash: string | null;
}

/** `now`: milliseconds of a clock that only advances. A null `text` is a binary message. */
export type Input =
  | { type: 'message'; text: string | null }
  | { type: 'pong' }
  | { type: 'admitted'; runs: readonly Admission[] }
  | { type: 'committed'; run: string; seq: number; pending: number }
  | { type: 'command'; id: string; command: Command; now: number }
  | { type: 'tick'; now: number }
  | { type: 'close'; code: number; reason: string }
  | { type: 'closed' };

export type Output =
  | { type: 'send'; message: ToRunner }
  | { type: 'admit'; hello: Hello }
  | { type: 'record'; run: string; events: ReceivedEvent[] }
  | { type: 'read'; paused: boolean }
  | { type: 'reply'; reply: Reply }
  | { type: 'ping' }
  | { type: 'ignored' }
  /** `why`: details for the log. */
  | { type: 'close'; code: number; reason: string; why?: string }
  | { type: 'terminate' };

type OpenRun = Omit<Admission, 'run' | 'acked' | 'forget'>;

export class RunnerSession {
  hello: Hello | null = null;
  #state: 'new' | 'admitting' | 'open' | 'closed' = 'new';
  readonly #isAllowed: (sequencer: string) => boolean;
  readonly #highWater: number;
  /** The runs whose events are accepted. */
  readonly #runs = new Map<string, OpenRun>();
  /** By id: when the command times out, and the run that it starts. */
  readonly #commands = new Map<string, { until: number; starts: string | null }>();
  #paused = false;
  /** Whether the runner has sent anything since the last ping. */
  #alive = true;
  #pingAt: number | null = null;

  /**
   * @param isAllowed whether the token of the connection is valid for the sequencer now
   * @param highWater characters of uncommitted events above which reading is paused, until fewer than half of them are left
   */
  constructor(isAllowed: (sequencer: string) => boolean, highWater = HIGH_WATER) {
    this.#isAllowed = isAllowed;
    this.#highWater = highWater;
  }

  get isAdmitting(): boolean {
    return this.#state === 'admitting';
  }

  get runs(): string[] {
    return [...this.#runs.keys()];
  }

  receive(input: Input): Output[] {
    if (input.type === 'command' && this.#state !== 'open') return [failure(input.id, 'RUNNER_AWAY')];
    if (this.#state === 'closed') return [];
    switch (input.type) {
      case 'message':
      case 'pong':
        this.#alive = true;
        return input.type === 'pong' ? [] : this.#onMessage(input.text);
      case 'admitted':
        return this.isAdmitting ? this.#welcome(input.runs) : [];
      case 'committed':
        return this.#onCommitted(input.run, input.seq, input.pending);
      case 'command':
        return this.#onCommand(input.id, input.command, input.now);
      case 'tick':
        return this.#onTick(input.now);
      case 'close':
        return this.#end(input);
      case 'closed':
        return this.#end();
    }
  }

  #onMessage(text: string | null): Output[] {
    try {
      const message: unknown = parseStorable(text ?? '');
      const isNewer = this.#state === 'open' && isUnknownType(message, fromRunnerSchema);
      if (isNewer) return [{ type: 'ignored' }];
      return this.#handle(fromRunnerSchema.parse(message));
    } catch (error) {
      return this.#onViolation(error instanceof z.ZodError ? z.prettifyError(error) : String(error));
    }
  }

  #onViolation(why: string): Output[] {
    return this.#end({ type: 'close', code: CLOSE.protocol, reason: 'this message violates the protocol', why });
  }

  #handle(message: FromRunner): Output[] {
    if (message.type === 'hello') return this.#onHello(message);
    if (this.#state !== 'open') return this.#onViolation('message before welcome');
    return message.type === 'events' ? this.#onEvents(message) : this.#onReply(message);
  }

  #onHello(hello: Hello): Output[] {
    if (this.hello) return this.#onViolation('second hello');
    if (hello.protocol !== PROTOCOL_VERSION) {
      const versions = `version ${String(hello.protocol)}, this API ${String(PROTOCOL_VERSION)}`;
      return this.#onViolation(`the runner uses protocol ${versions}`);
    }
    this.hello = hello;
    if (!this.#isAllowed(hello.sequencer)) {
      return this.#end({ type: 'close', code: CLOSE.unauthorized, reason: 'the token is for another sequencer' });
    }
    this.#state = 'admitting';
    return [{ type: 'admit', hello }];
  }

  #welcome(admissions: readonly Admission[]): Output[] {
    this.#state = 'open';
    for (const { run, forget, received, hasEnded, pending, tokenHash } of admissions) {
      if (!forget) this.#runs.set(run, { received, hasEnded, pending, tokenHash });
    }
    const runs = admissions
      .filter(({ run }) => this.hello?.runs.some((held) => held.run === run))
      .map(({ run, acked, forget }) => ({ run, acked, forget }));
    return [{ type: 'send', message: { type: 'welcome', runs } }, ...this.#adjustReading()];
  }

  #onEvents({ run, token, events }: EventsMessage): Output[] {
    const state = this.#runs.get(run);
    if (!state) return this.#onViolation(`events of the run ${run}, which is not open here`);
    if (!isRunToken(state.tokenHash, token)) return this.#onViolation(`events of the run ${run} without its token`);
    const recorded: ReceivedEvent[] = [];
    let problem: string | null = null;
    for (const sent of events) {
      const { seq } = sent;
      if (seq <= state.received) continue;
      if (state.hasEnded) problem = `event ${String(seq)} came after the end`;
      else if (seq > state.received + 1) problem = `event ${String(seq)} came after ${String(state.received)}`;
      if (problem !== null) break;
      const received = receivedEvent(sent);
      recorded.push(received);
      state.received = seq;
      state.hasEnded = received.event.type === 'ended';
      state.pending += received.data.length + EVENT_OVERHEAD;
    }
    return [
      ...(recorded.length === 0 ? [] : [{ type: 'record', run, events: recorded } as const]),
      ...(problem === null ? this.#adjustReading() : this.#onViolation(problem)),
    ];
  }

  #onCommitted(run: string, seq: number, pending: number): Output[] {
    const state = this.#runs.get(run);
    if (!state) return [];
    state.pending = pending;
    if (state.hasEnded && seq >= state.received) this.#runs.delete(run);
    return [{ type: 'send', message: { type: 'ack', run, seq } }, ...this.#adjustReading()];
  }

  #adjustReading(): Output[] {
    const pending = [...this.#runs.values()].reduce((sum, run) => sum + run.pending, 0);
    const paused = pending > (this.#paused ? this.#highWater / 2 : this.#highWater);
    if (paused === this.#paused) return [];
    this.#paused = paused;
    // While reading was paused, nothing of the runner could arrive.
    this.#alive = true;
    return [{ type: 'read', paused }];
  }

  #onCommand(id: string, command: Command, now: number): Output[] {
    const starts = command.name === 'start' ? command.run : null;
    this.#commands.set(id, { until: now + timeoutOf(command.name), starts });
    if (command.name === 'start') {
      const state = this.#runs.get(command.run) ?? { received: 0, hasEnded: false, pending: 0 };
      this.#runs.set(command.run, { ...state, tokenHash: runTokenHash(command.token) });
    }
    return [{ type: 'send', message: { type: 'command', id, command } }];
  }

  #onReply(reply: Reply): Output[] {
    const command = this.#commands.get(reply.id);
    // The command has timed out already.
    if (!command) return [];
    this.#commands.delete(reply.id);
    const { starts } = command;
    if (!reply.ok && starts !== null && this.#runs.get(starts)?.received === 0) this.#runs.delete(starts);
    return [{ type: 'reply', reply }];
  }

  #onTick(now: number): Output[] {
    const late = [...this.#commands].filter(([, { until }]) => now >= until).map(([id]) => id);
    for (const id of late) this.#commands.delete(id);
    return [...late.map((id) => failure(id, 'RUNNER_TIMEOUT')), ...this.#checkRunner(now)];
  }

  #checkRunner(now: number): Output[] {
    this.#pingAt ??= now + PING_EVERY_MS;
    if (now < this.#pingAt) return [];
    this.#pingAt = now + PING_EVERY_MS;
    if (this.hello && !this.#isAllowed(this.hello.sequencer)) {
      return this.#end({ type: 'close', code: CLOSE.unauthorized, reason: 'this secret was revoked' });
    }
    // While reading is paused, pongs are not read either.
    if (this.#paused) return [];
    if (!this.#alive) return this.#end({ type: 'terminate' });
    this.#alive = false;
    return [{ type: 'ping' }];
  }

  #end(...how: Output[]): Output[] {
    this.#state = 'closed';
    const unanswered = [...this.#commands.keys()];
    this.#commands.clear();
    return [...unanswered.map((id) => failure(id, 'RUNNER_AWAY')), ...how];
  }
}

function failure(id: string, code: ErrorCode): Output {
  return { type: 'reply', reply: { type: 'reply', id, ok: false, code } };
}
