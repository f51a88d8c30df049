/**
 * The conversation with one runner, without I/O: no socket, no clock and no database. `RunnerSocket` calls a method for
 * everything that happens, and carries out the outputs in their order. The events are counted in the live runs, in memory.
 *
 * Contract, for any order of calls:
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
  type AnyEvent,
  type Command,
  type ErrorCode,
  type EventsMessage,
  type FromRunner,
  type Hello,
  type Reply,
  type ToRunner,
} from '@sequencer/model';
import { z } from 'zod';
import type { LiveRun } from '../runs/live-run.ts';
import { receivedEvent, type ReceivedEvent } from '../runs/received-event.ts';
import { isRunToken } from '../runs/run-token.ts';
import type { Credential } from './credentials.ts';

export const CLOSE = { unauthorized: 4001, protocol: 4002, replaced: 4003, shutdown: 1012 } as const;
const HIGH_WATER = 8 * 1024 * 1024;
const PING_EVERY_MS = 5000;
const COMMAND_TIMEOUT_MS = 5000;
/** A start may wait for the clean-up of the run before. The runner replies STILL_EVALUATING within 20 s. */
const LONG_TIMEOUTS_MS: Partial<Record<Command['name'], number>> = { start: 15_000, evaluate: 30_000 };

export function timeoutOf(command: Command['name'], otherwise = COMMAND_TIMEOUT_MS): number {
  return LONG_TIMEOUTS_MS[command] ?? otherwise;
}

/** A run that a runner reports, or will execute. */
export interface AdmittedRun {
  run: string;
  /** Null if nothing more is recorded: the runner deletes its journal. */
  live: LiveRun | null;
}

export type Output =
  | { type: 'send'; message: ToRunner }
  | { type: 'admit'; hello: Hello }
  /** The run has new events. The invalid ones are recorded too. */
  | { type: 'record'; live: LiveRun; invalid: AnyEvent[] }
  | { type: 'read'; paused: boolean }
  | { type: 'reply'; reply: Reply }
  | { type: 'ping' | 'ignored' | 'terminate' }
  /** `why`: details for the log. */
  | { type: 'close'; code: number; reason: string; why?: string };

export class RunnerSession {
  hello: Hello | null = null;
  state: 'new' | 'admitting' | 'open' | 'closed' = 'new';
  readonly credential: Credential;
  readonly #highWater: number;
  /** The runs whose events are accepted. */
  readonly #runs = new Map<string, LiveRun>();
  /** By id: when the command times out, and the run that it starts. */
  readonly #commands = new Map<string, { until: number; starts: LiveRun | undefined }>();
  #paused = false;
  /** Whether the runner has sent anything since the last ping. */
  #alive = true;
  #pingAt: number | null = null;

  /** @param highWater characters of uncommitted events above which reading is paused, until fewer than half are left */
  constructor(credential: Credential, highWater = HIGH_WATER) {
    this.credential = credential;
    this.#highWater = highWater;
  }

  /** The runs of the runner, without those whose record is complete. */
  get runs(): LiveRun[] {
    return [...this.#runs.values()];
  }

  /** @param text null for a binary message */
  message(text: string | null): Output[] {
    if (this.state === 'closed') return [];
    this.#alive = true;
    try {
      const message: unknown = parseStorable(text ?? '');
      if (this.state === 'open' && isUnknownType(message, fromRunnerSchema)) return [{ type: 'ignored' }];
      return this.#handle(fromRunnerSchema.parse(message));
    } catch (error) {
      return this.#onViolation(error instanceof z.ZodError ? z.prettifyError(error) : String(error));
    }
  }

  pong(): void {
    this.#alive = true;
  }

  #onViolation(why: string): Output[] {
    return this.end({ type: 'close', code: CLOSE.protocol, reason: 'this message violates the protocol', why });
  }

  #handle(message: FromRunner): Output[] {
    if (message.type === 'hello') return this.#onHello(message);
    if (this.state !== 'open') return this.#onViolation('message before welcome');
    return message.type === 'events' ? this.#onEvents(message) : this.#onReply(message);
  }

  #onHello(hello: Hello): Output[] {
    if (this.hello) return this.#onViolation('second hello');
    if (hello.protocol !== PROTOCOL_VERSION) {
      const versions = `version ${String(hello.protocol)}, this API ${String(PROTOCOL_VERSION)}`;
      return this.#onViolation(`the runner uses protocol ${versions}`);
    }
    this.hello = hello;
    if (!this.credential.allows(hello.sequencer)) {
      return this.end({ type: 'close', code: CLOSE.unauthorized, reason: 'the token is for another sequencer' });
    }
    this.state = 'admitting';
    return [{ type: 'admit', hello }];
  }

  welcome(admitted: readonly AdmittedRun[]): Output[] {
    if (this.state !== 'admitting') return [];
    this.state = 'open';
    for (const { run, live } of admitted) if (live) this.#runs.set(run, live);
    const runs = admitted
      .filter(({ run }) => this.hello?.runs.some((held) => held.run === run))
      .map(({ run, live }) => ({ run, acked: live?.storedSeq ?? 0, forget: !live }));
    return [{ type: 'send', message: { type: 'welcome', runs } }, ...this.#adjustReading()];
  }

  #onEvents({ run, token, events }: EventsMessage): Output[] {
    const live = this.#runs.get(run);
    if (!live) return this.#onViolation(`events of the run ${run}, which is not open here`);
    if (!isRunToken(live.row.tokenHash, token)) return this.#onViolation(`events of the run ${run} without its token`);
    const received: ReceivedEvent[] = [];
    let { lastSeq } = live.view;
    let hasEnded = live.view.outcome !== null;
    let problem: string | null = null;
    for (const event of events) {
      const { seq } = event;
      if (seq <= lastSeq) continue;
      if (hasEnded) problem = `event ${String(seq)} came after the end`;
      else if (seq > lastSeq + 1) problem = `event ${String(seq)} came after ${String(lastSeq)}`;
      if (problem !== null) break;
      received.push(receivedEvent(event));
      lastSeq = seq;
      hasEnded = event.type === 'ended';
    }
    const recorded: Output[] = received.length === 0 ? [] : [{ type: 'record', live, invalid: live.receive(received) }];
    if (problem !== null) return [...recorded, ...this.#onViolation(problem)];
    // Another replica has received these events, and committed them.
    if (recorded.length === 0) return [ack(live)];
    return [...recorded, ...this.#adjustReading()];
  }

  /** Events of a run were committed, maybe of the run of another runner. */
  committed(live: LiveRun): Output[] {
    if (this.state !== 'open' || !this.#runs.has(live.row.id)) return [];
    if (live.isComplete) this.#runs.delete(live.row.id);
    return [ack(live), ...this.#adjustReading()];
  }

  #adjustReading(): Output[] {
    const pending = this.runs.reduce((sum, { unstoredSize }) => sum + unstoredSize, 0);
    const paused = pending > (this.#paused ? this.#highWater / 2 : this.#highWater);
    if (paused === this.#paused) return [];
    this.#paused = paused;
    // While reading was paused, nothing of the runner could arrive.
    this.#alive = true;
    return [{ type: 'read', paused }];
  }

  /**
   * @param now in ms, of a clock that only advances
   * @param starts the run that the command starts
   */
  command(id: string, command: Command, now: number, starts?: LiveRun): Output[] {
    if (this.state !== 'open') return [failure(id, 'RUNNER_AWAY')];
    this.#commands.set(id, { until: now + timeoutOf(command.name), starts });
    if (starts) this.#runs.set(starts.row.id, starts);
    return [{ type: 'send', message: { type: 'command', id, command } }];
  }

  #onReply(reply: Reply): Output[] {
    const command = this.#commands.get(reply.id);
    // The command has timed out already.
    if (!command) return [];
    this.#commands.delete(reply.id);
    const { starts } = command;
    if (!reply.ok && starts?.view.lastSeq === 0) this.#runs.delete(starts.row.id);
    return [{ type: 'reply', reply }];
  }

  /** Called about every second. */
  tick(now: number): Output[] {
    if (this.state === 'closed') return [];
    const late = [...this.#commands].filter(([, { until }]) => now >= until).map(([id]) => id);
    for (const id of late) this.#commands.delete(id);
    return [...late.map((id) => failure(id, 'RUNNER_TIMEOUT')), ...this.#checkRunner(now)];
  }

  #checkRunner(now: number): Output[] {
    this.#pingAt ??= now + PING_EVERY_MS;
    if (now < this.#pingAt) return [];
    this.#pingAt = now + PING_EVERY_MS;
    if (this.hello && !this.credential.allows(this.hello.sequencer)) {
      return this.end({ type: 'close', code: CLOSE.unauthorized, reason: 'this secret was revoked' });
    }
    // While reading is paused, pongs are not read either.
    if (this.#paused) return [];
    if (!this.#alive) return this.end({ type: 'terminate' });
    this.#alive = false;
    return [{ type: 'ping' }];
  }

  /** @param how none if the socket has closed */
  end(...how: Output[]): Output[] {
    if (this.state === 'closed') return [];
    this.state = 'closed';
    const unanswered = [...this.#commands.keys()];
    this.#commands.clear();
    return [...unanswered.map((id) => failure(id, 'RUNNER_AWAY')), ...how];
  }
}

function ack({ row, storedSeq }: LiveRun): Output {
  return { type: 'send', message: { type: 'ack', run: row.id, seq: storedSeq } };
}

function failure(id: string, code: ErrorCode): Output {
  return { type: 'reply', reply: { type: 'reply', id, ok: false, code } };
}
