/**
 * Coordinates the replicas of the API: each of them serves every viewer and every runner.
 *
 * Contract: the state is in the database; notifications only make it fast. The replica to which a run's runner is connected
 * has the lease of the run. It alone writes the status of the run to the cluster. When no replica has the lease and the
 * status is out of date, all replicas write it. The others read the stored events, and forward commands to the leaseholder.
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
/** A replica whose own checks were further apart than this does not declare others dead. */
const MAX_CHECK_GAP_MS = 4000;
/** After this many checks in a row without a lease, every replica writes the status of the run. */
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
  /** The lease of the run may have changed, and with it which replica writes its status. */
  leaseChanged: (run: string) => void;
}

export class Replicas {
  readonly id = randomUUID();
  readonly #parts: ReplicasParts;
  readonly #notifyChannel: NotifyChannel;
  readonly #leases: Leases;
  readonly #follower: Follower;
  readonly #commands: RemoteCommands;
  /** The leases of other replicas. */
  readonly #leasesElsewhere = new Map<string, Lease>();
  /** Runs whose status this replica writes to the cluster. */
  readonly #own = new Set<string>();
  /** By run: the number of checks in a row without a lease. */
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
      void this.#logFailure('cannot read a lease', () => this.#readLeases([row.id]));
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
      this.#parts.log.warn({ err: error }, 'cannot release the leases; they expire');
    });
    await this.#notifyChannel.close();
  }

  /* ---- for the backend ------------------------------------------------------------------------------------------------ */

  /** Whether this replica writes the status of the run to the cluster. */
  isOwn(run: string): boolean {
    return this.#own.has(run);
  }

  /** Whether no replica has had the lease for some time. The last one may have died before it wrote the status. */
  isUnowned(run: string): boolean {
    return (this.#unownedChecks.get(run) ?? 0) >= UNOWNED_AFTER;
  }

  /** The lease, when another replica has it. */
  leaseElsewhere(run: string): Lease | undefined {
    return this.#leasesElsewhere.get(run);
  }

  /** Applies events of the run that others have stored, before its runner is admitted here. */
  catchUp(live: LiveRun): Promise<void> {
    return this.#follower.catchUp(live);
  }

  async acquireLease(run: string, hello: Hello, since: Date): Promise<void> {
    this.#own.add(run);
    this.#unownedChecks.delete(run);
    this.#leasesElsewhere.delete(run);
    await this.#logFailure('cannot acquire a lease yet', () => this.#leases.acquire(run, hello, since));
    this.#notifyChannel.notify({ about: 'seat', run });
  }

  async releaseLease(run: string): Promise<void> {
    await this.#logFailure('cannot release a lease yet', () => this.#leases.release(run));
    this.#notifyChannel.notify({ about: 'seat', run });
  }

  /** New events of the run were stored. */
  stored(run: string): void {
    this.#notifyChannel.notify({ about: 'events', run });
  }

  /** Sends the command to the replica that has the lease of the run; null when none has. */
  async command(run: string, by: string, command: RunCommand, timeoutMs: number): Promise<{ result: unknown } | null> {
    const lease = (await this.#leases.find([run])).get(run);
    if (!lease || lease.replica === this.id) return null;
    return { result: await this.#commands.send(lease.replica, run, by, command, timeoutMs) };
  }

  /* ---- notifications and checks --------------------------------------------------------------------------------------- */

  #onNotification(from: string, message: Message): void {
    const { sequencerStates, watchers, liveRuns } = this.#parts;
    switch (message.about) {
      case 'events':
        this.#follower.follow(message.run);
        return;
      case 'seat':
        void this.#logFailure('cannot read a lease', () => this.#readLeases([message.run]));
        return;
      case 'sequencer':
        sequencerStates.invalidateLocally(message.name);
        return;
      case 'command':
        if (message.to === this.id) {
          void this.#logFailure('cannot read commands', () => this.#commands.process());
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

  /** Checks everything, because notifications can be lost. */
  async #check(): Promise<void> {
    await this.#logFailure('cannot check the state of the other replicas', async () => {
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
    const leases = await this.#leases.find(runs);
    for (const run of runs) {
      const lease = leases.get(run);
      const connection = gateway.connection(run);
      const hello = connection?.session.hello;
      if (hello && lease?.replica !== this.id) {
        // The newest connection gets the lease. A replica that the others considered dead acquires its leases again.
        if (lease && lease.since > connection.since) gateway.evict(run);
        else await this.acquireLease(run, hello, connection.since);
        continue;
      }
      const before = this.#leasesElsewhere.get(run);
      if (lease && lease.replica !== this.id) {
        this.#leasesElsewhere.set(run, lease);
        this.#unownedChecks.delete(run);
        if (this.#own.delete(run)) leaseChanged(run);
      } else this.#leasesElsewhere.delete(run);
      const live = liveRuns.get(run);
      const held = this.#leasesElsewhere.has(run) || connection !== null;
      if (!live || (live.connected === held && before?.replica === lease?.replica)) continue;
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
      const checks = (before.get(run) ?? 0) + 1;
      this.#unownedChecks.set(run, checks);
      if (checks === UNOWNED_AFTER) leaseChanged(run);
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
