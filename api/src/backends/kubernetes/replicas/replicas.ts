/**
 * Several replicas of the API as one: each of them serves every viewer and every runner.
 *
 * Contract: what is true is in the database; the doorbell only makes it fast. One replica has a run's runner on the line and
 * the run's seat; it alone tells the cluster of the run, or all do when none has it and the cluster does not know. The others
 * follow the stored events, and pass commands on to it.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinal, type Hello, type RunCommand } from '@sequencer/model';
import { lt, sql } from 'drizzle-orm';
import type { Gateway } from '../../../gateway/gateway.ts';
import type { Logger } from '../../../lib/log.ts';
import type { LiveRun } from '../../../runs/live-run.ts';
import type { LiveRuns } from '../../../runs/live-runs.ts';
import type { SequencerStates } from '../../../runs/sequencer-states.ts';
import type { Watchers } from '../../../runs/watchers.ts';
import type { Db } from '../../../store/database.ts';
import { commands } from '../../../store/replica-schema.ts';
import { findRuns } from '../../../store/run-store.ts';
import { Doorbell, type Message } from './doorbell.ts';
import { Follower } from './follower.ts';
import { RemoteCommands } from './remote-commands.ts';
import { Seats, type Seat } from './seats.ts';

const LOOK_EVERY_MS = 2000;
/** Who was out of reach itself for longer does not judge the others. */
const SURE_WITHIN_MS = 4000;
/** Looks in a row that find a run with no replica, until it is for every replica to tell the cluster so. */
const NOBODYS_AFTER = 2;

export interface ReplicasParts {
  db: Db;
  databaseUrl: string;
  log: Logger;
  gateway: Gateway;
  lives: LiveRuns;
  board: SequencerStates;
  watchers: Watchers;
  carryOut: (run: string, by: string, command: RunCommand) => Promise<unknown>;
  /** Who has the runner on the line, or whose it is to tell the cluster of it, may be another. */
  seatChanged: (run: string) => void;
}

export class Replicas {
  readonly id = randomUUID();
  readonly #parts: ReplicasParts;
  readonly #bell: Doorbell;
  readonly #seats: Seats;
  readonly #follower: Follower;
  readonly #commands: RemoteCommands;
  /** The seats of other replicas. */
  readonly #elsewhere = new Map<string, Seat>();
  /** Runs that this replica tells the cluster of. */
  readonly #own = new Set<string>();
  /** How many looks in a row have found the run with no replica. */
  readonly #alone = new Map<string, number>();
  readonly #stopped = new AbortController();
  #looking: Promise<void> = Promise.resolve();
  #sureAt = -Infinity;

  constructor(parts: ReplicasParts) {
    this.#parts = parts;
    const { db, databaseUrl, log, lives, board, watchers, gateway, carryOut } = parts;
    const { id } = this;
    this.#bell = new Doorbell({
      db,
      url: databaseUrl,
      log,
      id,
      heard: (from, message) => {
        this.#heard(from, message);
      },
      listening: () => {
        for (const [run, count] of watchers.own()) this.#bell.ring({ about: 'watchers', run, count });
        void this.#look();
      },
    });
    this.#seats = new Seats(db, id);
    this.#follower = new Follower({ db, log, lives, board, isHere: (run) => gateway.connection(run) !== null });
    this.#commands = new RemoteCommands({ db, log, id, bell: this.#bell, carryOut });
    board.announce = (name) => {
      this.#bell.ring({ about: 'sequencer', name });
    };
    lives.opened = ({ row }) => {
      void this.#sayingWhy('a seat could not be read', () => this.#readSeats([row.id]));
      this.#follower.look(row.id);
    };
    watchers.announce = (run, count) => {
      this.#bell.ring({ about: 'watchers', run, count });
    };
  }

  async begin(): Promise<void> {
    await this.#seats.heartbeat();
    this.#bell.begin();
    this.#looking = this.#loop();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#looking;
    await this.#follower.close();
    await this.#seats.end().catch((error: unknown) => {
      this.#parts.log.warn({ err: error }, 'the other replicas will find out that this one has ended');
    });
    await this.#bell.close();
  }

  /* ---- for the backend ------------------------------------------------------------------------------------------------ */

  /** Whether it is for this replica to tell the cluster of the run. */
  isOwn(run: string): boolean {
    return this.#own.has(run);
  }

  /** Whether no replica has the runner, for some time: the one that had it may have died before it told the cluster. */
  isNobodys(run: string): boolean {
    return (this.#alone.get(run) ?? 0) >= NOBODYS_AFTER;
  }

  /** The seat, when another replica has it. */
  elsewhere(run: string): Seat | undefined {
    return this.#elsewhere.get(run);
  }

  /** Takes in what others have stored of the run, before its runner is welcomed here. */
  catchUp(live: LiveRun): Promise<void> {
    return this.#follower.catchUp(live);
  }

  async seated(run: string, hello: Hello, since: Date): Promise<void> {
    this.#own.add(run);
    this.#alone.delete(run);
    this.#elsewhere.delete(run);
    await this.#sayingWhy('a seat could not be taken yet', () => this.#seats.take(run, hello, since));
    this.#bell.ring({ about: 'seat', run });
  }

  async left(run: string): Promise<void> {
    await this.#sayingWhy('a seat could not be left yet', () => this.#seats.leave(run));
    this.#bell.ring({ about: 'seat', run });
  }

  /** There is more of the run in the store than there was. */
  stored(run: string): void {
    this.#bell.ring({ about: 'events', run });
  }

  /** Asks the replica that has the run's runner; null when none has. */
  async ask(run: string, by: string, command: RunCommand, withinMs: number): Promise<{ result: unknown } | null> {
    const seat = (await this.#seats.of([run])).get(run);
    if (!seat || seat.replica === this.id) return null;
    return { result: await this.#commands.ask(seat.replica, run, by, command, withinMs) };
  }

  /* ---- what others say ------------------------------------------------------------------------------------------------ */

  #heard(from: string, message: Message): void {
    const { board, watchers, lives } = this.#parts;
    switch (message.about) {
      case 'events':
        this.#follower.look(message.run);
        return;
      case 'seat':
        void this.#sayingWhy('a seat could not be read', () => this.#readSeats([message.run]));
        return;
      case 'sequencer':
        board.onChangeElsewhere(message.name);
        return;
      case 'command':
        if (message.to === this.id) {
          void this.#sayingWhy('commands could not be read', () => this.#commands.look());
        }
        return;
      case 'watchers': {
        watchers.setOthers(from, message.run, message.count);
        const sequencer = lives.get(message.run)?.row.sequencer;
        if (sequencer !== undefined) board.touched(sequencer);
      }
    }
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#look();
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** At everything, for what was not heard. */
  async #look(): Promise<void> {
    await this.#sayingWhy('the other replicas could not be looked at', async () => {
      const { db, lives, watchers, gateway } = this.#parts;
      await this.#seats.heartbeat();
      const sure = performance.now() - this.#sureAt < SURE_WITHIN_MS;
      this.#sureAt = performance.now();
      if (sure) {
        for (const run of await this.#seats.takeFromDead()) {
          if (gateway.connection(run)) continue;
          this.#own.add(run);
          this.#bell.ring({ about: 'seat', run });
        }
        await db.delete(commands).where(lt(commands.askedAt, sql`now() - interval '2 minutes'`));
        watchers.keepOthers(await this.#seats.alive());
      }
      const open = lives.all().map(({ row }) => row.id);
      await this.#readSeats(open);
      this.#countAlone(open);
      for (const row of await findRuns(db, open)) {
        const live = lives.get(row.id);
        if (live && (row.lastSeq > live.view.lastSeq || isFinal(row.phase) !== isFinal(live.row.phase))) {
          this.#follower.look(row.id);
        }
      }
      for (const run of this.#own) if (!lives.get(run)) this.#own.delete(run);
      await this.#commands.look();
    });
  }

  async #readSeats(runs: readonly string[]): Promise<void> {
    const { gateway, lives, board, seatChanged } = this.#parts;
    const seats = await this.#seats.of(runs);
    for (const run of runs) {
      const seat = seats.get(run);
      const connection = gateway.connection(run);
      if (connection?.hello && seat?.replica !== this.id) {
        // The newest connection has the seat; one that others took for dead takes it back.
        if (seat && seat.since > connection.since) gateway.yield(run);
        else await this.seated(run, connection.hello, connection.since);
        continue;
      }
      const before = this.#elsewhere.get(run);
      if (seat && seat.replica !== this.id) {
        this.#elsewhere.set(run, seat);
        this.#alone.delete(run);
        if (this.#own.delete(run)) seatChanged(run);
      } else this.#elsewhere.delete(run);
      const live = lives.get(run);
      const held = this.#elsewhere.has(run) || connection !== null;
      if (!live || (live.held === held && before?.replica === seat?.replica)) continue;
      live.held = held && !isFinal(live.row.phase);
      live.seenAt = new Date();
      live.changed.notify();
      board.touched(live.row.sequencer);
      seatChanged(run);
    }
  }

  #countAlone(open: readonly string[]): void {
    const { gateway, seatChanged } = this.#parts;
    const before = new Map(this.#alone);
    this.#alone.clear();
    for (const run of open) {
      if (gateway.connection(run) || this.#elsewhere.has(run)) continue;
      const looks = (before.get(run) ?? 0) + 1;
      this.#alone.set(run, looks);
      if (looks === NOBODYS_AFTER) seatChanged(run);
    }
  }

  async #sayingWhy(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#parts.log.warn({ err: error }, what);
    }
  }
}
