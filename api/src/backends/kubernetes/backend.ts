/**
 * Runs in pods of a cluster. The operator starts and ends them. This backend handles the connections of their runners,
 * records their events, and writes their status to the cluster. The token of a runner is valid for one run.
 */
import { SequencerError, isFinal, type Command, type Hello, type Reply, type RunCommand } from '@sequencer/model';
import { hostnameOf } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { RUNS } from '@sequencer/kubernetes/resources';
import type { Admissions, Gateway } from '../../gateway/gateway.ts';
import { CLOSE, timeoutOf } from '../../gateway/runner-session.ts';
import type { RunnerSocket } from '../../gateway/runner-socket.ts';
import type { Checker } from './checker.ts';
import { withApiErrors, type Cluster } from './cluster.ts';
import { objectOf } from './queue-store.ts';
import { PauseSync } from './pause-sync.ts';
import { StatusWriter } from './status-writer.ts';
import { findRun, type RunSummary } from '../../store/run-store.ts';
import type { LiveRun } from '../../runs/live-run.ts';
import type { Replicas } from './replicas/replicas.ts';
import type { RunBackend, RunnerStatus } from '../run-backend.ts';
import { fetchScript } from '../script-requests.ts';
import type { RunDeps } from '../../runs/run-deps.ts';

/**
 * Timeout of a command for a runner that is connected to another replica. When no replica has the runner, or that replica
 * is dead, the command is withdrawn and fails within 2 s.
 */
const REMOTE_TIMEOUT_MS = 7000;

export interface KubernetesBackendParts extends RunDeps {
  gateway: Gateway;
  cluster: Cluster;
  checker: Checker | null;
  /** A function, because the replicas need this backend. */
  replicas: () => Replicas;
}

export class KubernetesBackend implements RunBackend, Admissions {
  readonly ruff: RunDeps['ruff'];
  readonly #parts: KubernetesBackendParts;
  readonly status: StatusWriter;
  /** The last `hello` of each sequencer's runners. Runners start and end with their runs. */
  readonly #hellos = new Map<string, Hello>();
  readonly #pauseSync: PauseSync;

  constructor(parts: KubernetesBackendParts) {
    this.#parts = parts;
    this.ruff = parts.ruff;
    this.#pauseSync = new PauseSync({ ...parts, send: (run, by, name) => this.#send(run, by, { name }) });
    this.status = new StatusWriter(parts.cluster, parts.log, (id) => {
      const live = parts.liveRuns.get(id);
      if (!live) return null;
      const replicas = parts.replicas();
      // Whether the runner was connected: from the status in the cluster, or from the record when there is no status. And
      // whether the outcome is to be written, which an API that has stopped may have stored alone.
      const reported = this.#objectOf(live.row)?.status?.runner;
      const isToWrite = live.isComplete || (reported?.connected ?? live.view.lastSeq > 0);
      const wasAbandoned = replicas.isUnowned(id) && isToWrite;
      return replicas.isOwn(id) || wasAbandoned ? live : null;
    });
  }

  async admit(runner: RunnerSocket, hello: Hello): Promise<void> {
    const id = runner.session.credential.run;
    if (id === undefined || hello.runs.some(({ run }) => run !== id)) {
      runner.close(CLOSE.unauthorized, 'the token is for another run');
      return;
    }
    const { db, gateway, liveRuns, replicas } = this.#parts;
    const row = await findRun(db, id);
    if (!row) throw new Error('the run is not in the database yet');
    if (row.sequencer !== hello.sequencer) {
      runner.close(CLOSE.unauthorized, 'the token is for a run of another sequencer');
      return;
    }
    const live = await liveRuns.open(row);
    await replicas().catchUp(live);
    if (!gateway.accept(runner, id, [{ run: id, live: live.isComplete ? null : live }])) return;
    void replicas().acquireLease(id, hello, runner.since);
    this.#hellos.set(hello.sequencer, hello);
    this.status.touch(id);
    const object = this.#objectOf(row);
    // Only the operator can read this script in the cluster.
    if (object?.spec.scriptFrom) void fetchScript(this.#parts, this, live);
    if (object) void this.#pauseSync.applyDesiredState(object);
  }

  received({ row }: LiveRun): void {
    this.status.touch(row.id);
  }

  stored({ row }: LiveRun): void {
    this.#parts.replicas().stored(row.id);
    this.status.touch(row.id);
  }

  disconnected(run: string): void {
    const { gateway, liveRuns, replicas } = this.#parts;
    const live = liveRuns.get(run);
    if (live && isFinal(live.row.phase)) {
      liveRuns.forgetLater(run);
      gateway.forget(run);
    }
    void replicas().releaseLease(run);
    this.status.touch(run);
  }

  objectChanged(run: SequencerRun): void {
    this.status.touch(run.metadata.uid);
    if (this.#parts.gateway.connection(run.metadata.uid)) void this.#pauseSync.applyDesiredState(run);
  }

  #objectOf(row: RunSummary): SequencerRun | undefined {
    const { cluster } = this.#parts;
    const run = row.object === null ? undefined : cluster.runs.get(cluster.namespace, row.object);
    return run?.metadata.uid === row.id ? run : undefined;
  }

  async request(sequencer: string, command: Command): Promise<Reply | null> {
    const { gateway, cluster, checker } = this.#parts;
    const active = this.#activeOf(sequencer);
    if (active && gateway.connection(active.row.id)) return gateway.command(active.row.id, command);
    const image = cluster.sequencers.get(cluster.namespace, sequencer)?.spec.runner.image ?? null;
    return checker?.request(command, this.hostname(sequencer), image) ?? null;
  }

  async command(run: RunSummary, by: string, command: RunCommand): Promise<unknown> {
    const { gateway, replicas } = this.#parts;
    try {
      if (gateway.connection(run.id)) return await this.#commandHere(run, by, command);
      const timeoutMs = timeoutOf(command.name, REMOTE_TIMEOUT_MS);
      const answer = await replicas().command(run.id, by, command, timeoutMs);
      if (!answer) throw new SequencerError('RUNNER_AWAY');
      return answer.result;
    } catch (error) {
      const isDisconnected = error instanceof SequencerError && error.code === 'RUNNER_AWAY';
      if (!isDisconnected || command.name !== 'stop') throw error;
      return this.#cancel(run, command.level);
    }
  }

  /** Executes a command that another replica forwarded. */
  async commandFor(id: string, by: string, command: RunCommand): Promise<unknown> {
    const row = await findRun(this.#parts.db, id);
    if (!row) throw new SequencerError('UNKNOWN_RUN');
    return this.#commandHere(row, by, command);
  }

  #commandHere(run: RunSummary, by: string, command: RunCommand): Promise<unknown> {
    const { name } = command;
    return name === 'pause' || name === 'resume'
      ? this.#pauseSync.request(run, by, name)
      : this.#send(run.id, by, command);
  }

  async #send(run: string, by: string, command: RunCommand): Promise<unknown> {
    return (await this.#parts.gateway.command(run, { ...command, run, by })).result;
  }

  /** Cancels a run whose runner is disconnected: the operator deletes its pod, and the pod starts the stop ladder itself. */
  async #cancel(run: RunSummary, level: string): Promise<unknown> {
    const { cluster } = this.#parts;
    if (run.lastSeq > 0 && level === 'REQUEST') {
      throw new SequencerError(
        'RUNNER_AWAY',
        'The runner is disconnected, so the stop request cannot be sent to the script.',
        'Use Interrupt, which works without a connection.',
      );
    }
    const patch = { spec: { desiredState: 'Cancelled' } };
    await withApiErrors(() => cluster.client.mergeInto(RUNS, cluster.namespace, objectOf(run), patch));
    return null;
  }

  #activeOf(sequencer: string): LiveRun | undefined {
    return this.#parts.liveRuns
      .all()
      .find(({ row, phase }) => row.sequencer === sequencer && phase !== 'QUEUED' && !isFinal(phase));
  }

  runner(sequencer: string): RunnerStatus {
    const active = this.#activeOf(sequencer);
    const lease = active && this.#parts.replicas().leaseElsewhere(active.row.id);
    const hello = this.#hellos.get(sequencer) ?? null;
    if (lease) return { connected: true, since: lease.since, hello: lease.hello, runnerPerRun: true };
    const state = active && this.#parts.gateway.state(active.row.id);
    return { connected: false, since: null, ...state, hello: state?.hello ?? hello, runnerPerRun: true };
  }

  hostname(sequencer: string): string {
    const { cluster } = this.#parts;
    const object = cluster.sequencers.get(cluster.namespace, sequencer);
    return object ? hostnameOf(object) : `daq-${sequencer}-sequencer`;
  }

  readonly resolvesStartLine = true;

  get unansweredReason(): string {
    return this.#parts.checker ? 'the checker does not answer' : 'no runner is connected';
  }

  get lastKnownSince(): Date | null {
    return this.#parts.cluster.unreachableSince;
  }
}
