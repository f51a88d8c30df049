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
import { NotifyChannel, type Message } from './notify-channel.ts';
import { Follower } from './follower.ts';
import { RemoteCommands } from './remote-commands.ts';
import { Leases, type Lease } from './leases.ts';

const CHECK_EVERY_MS = 2000;
/** Who was out of reach itself for longer does not judge the others. */
const MAX_CHECK_GAP_MS = 4000;
/** Looks in a row that find a run with no replica, until it is for every replica to tell the cluster so. */
const UNOWNED_AFTER = 2;

export interface ReplicasParts {
  db: Db;
  databaseUrl: string;
  log: Logger;
  gateway: Gateway;
  liveRuns: LiveRuns;
  sequencerStates: SequencerStates;
  watchers: Watchers;
  execute: (run: string, by: string, command: RunCommand) => Promise<unknown>;
  /** Who has the runner on the line, or whose it is to tell the cluster of it, may be another. */
  leaseChanged: (run: string) => void;
}

export class Replicas {
  readonly id = randomUUID();
  readonly #parts: ReplicasParts;
  readonly #notifyChannel: NotifyChannel;
  readonly #leases: Leases;
  readonly #follower: Follower;
  readonly #commands: RemoteCommands;
  /** The seats of other replicas. */
  readonly #leasesElsewhere = new Map<string, Lease>();
  /** Runs that this replica tells the cluster of. */
  readonly #own = new Set<string>();
  /** How many looks in a row have found the run with no replica. */
  readonly #unownedChecks = new Map<string, number>();
  readonly #stopped = new AbortController();
  #checking: Promise<void> = Promise.resolve();
  #checkedAt = -Infinity;

  constructor(parts: ReplicasParts) {
    this.#parts = parts;
    const { db, databaseUrl, log, liveRuns, sequencerStates, watchers, gateway, execute } = parts;
    const { id } = this;
    this.#notifyChannel = new NotifyChannel({
      db,
      url: databaseUrl,
      log,
      id,
      onNotification: (from, message) => {
        this.#onNotification(from, message);
      },
      onListening: () => {
        for (const [run, count] of watchers.local()) this.#notifyChannel.notify({ about: 'watchers', run, count });
        void this.#check();
      },
    });
    this.#leases = new Leases(db, id);
    this.#follower = new Follower({
      db,
      log,
      liveRuns,
      sequencerStates,
      isConnectedHere: (run) => gateway.connection(run) !== null,
    });
    this.#commands = new RemoteCommands({ db, log, id, notifyChannel: this.#notifyChannel, execute });
    sequencerStates.announce = (name) => {
      this.#notifyChannel.notify({ about: 'sequencer', name });
    };
    liveRuns.onOpened = ({ row }) => {
      void this.#logFailure('a seat could not be read', () => this.#readLeases([row.id]));
      this.#follower.follow(row.id);
    };
    watchers.announce = (run, count) => {
      this.#notifyChannel.notify({ about: 'watchers', run, count });
    };
  }

  async begin(): Promise<void> {
    await this.#leases.heartbeat();
    this.#notifyChannel.begin();
    this.#checking = this.#loop();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#checking;
    await this.#follower.close();
    await this.#leases.close().catch((error: unknown) => {
      this.#parts.log.warn({ err: error }, 'the other replicas will find out that this one has ended');
    });
    await this.#notifyChannel.close();
  }

  /* ---- for the backend ------------------------------------------------------------------------------------------------ */

  /** Whether it is for this replica to tell the cluster of the run. */
  isOwn(run: string): boolean {
    return this.#own.has(run);
  }

  /** Whether no replica has the runner, for some time: the one that had it may have died before it told the cluster. */
  isUnowned(run: string): boolean {
    return (this.#unownedChecks.get(run) ?? 0) >= UNOWNED_AFTER;
  }

  /** The seat, when another replica has it. */
  leaseElsewhere(run: string): Lease | undefined {
    return this.#leasesElsewhere.get(run);
  }

  /** Takes in what others have stored of the run, before its runner is welcomed here. */
  catchUp(live: LiveRun): Promise<void> {
    return this.#follower.catchUp(live);
  }

  async acquireLease(run: string, hello: Hello, since: Date): Promise<void> {
    this.#own.add(run);
    this.#unownedChecks.delete(run);
    this.#leasesElsewhere.delete(run);
    await this.#logFailure('a seat could not be taken yet', () => this.#leases.acquire(run, hello, since));
    this.#notifyChannel.notify({ about: 'seat', run });
  }

  async releaseLease(run: string): Promise<void> {
    await this.#logFailure('a seat could not be left yet', () => this.#leases.release(run));
    this.#notifyChannel.notify({ about: 'seat', run });
  }

  /** There is more of the run in the store than there was. */
  stored(run: string): void {
    this.#notifyChannel.notify({ about: 'events', run });
  }

  /** Asks the replica that has the run's runner; null when none has. */
  async command(run: string, by: string, command: RunCommand, timeoutMs: number): Promise<{ result: unknown } | null> {
    const seat = (await this.#leases.find([run])).get(run);
    if (!seat || seat.replica === this.id) return null;
    return { result: await this.#commands.send(seat.replica, run, by, command, timeoutMs) };
  }

  /* ---- what others say ------------------------------------------------------------------------------------------------ */

  #onNotification(from: string, message: Message): void {
    const { sequencerStates, watchers, liveRuns } = this.#parts;
    switch (message.about) {
      case 'events':
        this.#follower.follow(message.run);
        return;
      case 'seat':
        void this.#logFailure('a seat could not be read', () => this.#readLeases([message.run]));
        return;
      case 'sequencer':
        sequencerStates.invalidateLocally(message.name);
        return;
      case 'command':
        if (message.to === this.id) {
          void this.#logFailure('commands could not be read', () => this.#commands.process());
        }
        return;
      case 'watchers': {
        watchers.setRemote(from, message.run, message.count);
        const sequencer = liveRuns.get(message.run)?.row.sequencer;
        if (sequencer !== undefined) sequencerStates.notify(sequencer);
      }
    }
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#check();
      await sleep(CHECK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** At everything, for what was not heard. */
  async #check(): Promise<void> {
    await this.#logFailure('the other replicas could not be looked at', async () => {
      const { db, liveRuns, watchers, gateway } = this.#parts;
      await this.#leases.heartbeat();
      const isInTime = performance.now() - this.#checkedAt < MAX_CHECK_GAP_MS;
      this.#checkedAt = performance.now();
      if (isInTime) {
        for (const run of await this.#leases.reclaimExpired()) {
          if (gateway.connection(run)) continue;
          this.#own.add(run);
          this.#notifyChannel.notify({ about: 'seat', run });
        }
        await db.delete(commands).where(lt(commands.askedAt, sql`now() - interval '2 minutes'`));
        watchers.keepReplicas(await this.#leases.liveReplicas());
      }
      const open = liveRuns.all().map(({ row }) => row.id);
      await this.#readLeases(open);
      this.#countUnowned(open);
      for (const row of await findRuns(db, open)) {
        const live = liveRuns.get(row.id);
        if (live && (row.lastSeq > live.view.lastSeq || isFinal(row.phase) !== isFinal(live.row.phase))) {
          this.#follower.follow(row.id);
        }
      }
      for (const run of this.#own) if (!liveRuns.get(run)) this.#own.delete(run);
      await this.#commands.process();
    });
  }

  async #readLeases(runs: readonly string[]): Promise<void> {
    const { gateway, liveRuns, sequencerStates, leaseChanged } = this.#parts;
    const seats = await this.#leases.find(runs);
    for (const run of runs) {
      const seat = seats.get(run);
      const connection = gateway.connection(run);
      if (connection?.hello && seat?.replica !== this.id) {
        // The newest connection has the seat; one that others took for dead takes it back.
        if (seat && seat.since > connection.since) gateway.evict(run);
        else await this.acquireLease(run, connection.hello, connection.since);
        continue;
      }
      const before = this.#leasesElsewhere.get(run);
      if (seat && seat.replica !== this.id) {
        this.#leasesElsewhere.set(run, seat);
        this.#unownedChecks.delete(run);
        if (this.#own.delete(run)) leaseChanged(run);
      } else this.#leasesElsewhere.delete(run);
      const live = liveRuns.get(run);
      const held = this.#leasesElsewhere.has(run) || connection !== null;
      if (!live || (live.connected === held && before?.replica === seat?.replica)) continue;
      live.connected = held && !isFinal(live.row.phase);
      live.seenAt = new Date();
      live.changed.notify();
      sequencerStates.notify(live.row.sequencer);
      leaseChanged(run);
    }
  }

  #countUnowned(open: readonly string[]): void {
    const { gateway, leaseChanged } = this.#parts;
    const before = new Map(this.#unownedChecks);
    this.#unownedChecks.clear();
    for (const run of open) {
      if (gateway.connection(run) || this.#leasesElsewhere.has(run)) continue;
      const looks = (before.get(run) ?? 0) + 1;
      this.#unownedChecks.set(run, looks);
      if (looks === UNOWNED_AFTER) leaseChanged(run);
    }
  }

  async #logFailure(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#parts.log.warn({ err: error }, what);
    }
  }
}
