/** An OCS agent: its operations are started, stopped, awaited and queried, with the messages of the real agents. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TelescopeClock } from './clock.ts';
import { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import { ParamError, readParams, type ParamSpecs, type Params } from './params.ts';
import { OpSession, type Data } from './session.ts';

const OK = 0;
const ERROR = -1;
const TIMEOUT = 1;

/** Status, message, session. */
export type Reply = [number, string, Data];
export type Outcome = [boolean, string];

/** An operation that ends without success. */
export class Failed extends Error {}

export interface Running {
  session: OpSession;
  params: Params;
  /** Waits for telescope seconds; resolves to false when the operation has to stop. Injected faults take effect here. */
  work: (seconds: number) => Promise<boolean>;
}
export type Body = (running: Running) => Promise<Outcome> | Outcome;

interface Operation {
  type: 'task' | 'process';
  params: ParamSpecs;
  /** Whether `abort` ends it; processes can always be stopped. */
  abortable: boolean;
  body: Body;
  /** Runs all the time; injected faults do not affect it. */
  monitor: boolean;
}

export interface Setting {
  clock: TelescopeClock;
  journal: Journal;
}

export class Agent {
  readonly agentClass: string;
  readonly instance: string;
  readonly faults = new Faults();
  protected readonly clock: TelescopeClock;
  readonly #journal: Journal;
  readonly #operations = new Map<string, Operation>();
  readonly #sessions = new Map<string, OpSession>();
  #lastSession = 0;

  constructor(agentClass: string, instance: string, { clock, journal }: Setting) {
    this.agentClass = agentClass;
    this.instance = instance;
    this.clock = clock;
    this.#journal = journal;
  }

  get online(): boolean {
    return !this.faults.is('offline', null);
  }

  protected task(name: string, params: ParamSpecs, body: Body, abortable = false): void {
    this.#operations.set(name, { type: 'task', params, body, abortable, monitor: false });
  }

  protected process(name: string, params: ParamSpecs, body: Body): void {
    this.#operations.set(name, { type: 'process', params, body, abortable: true, monitor: false });
  }

  /** A task that only takes time. */
  protected timed(name: string, seconds: number, message: string, effect?: () => void, params: ParamSpecs = {}): void {
    this.task(name, params, async ({ work }) => {
      await work(seconds);
      effect?.();
      return [true, message];
    });
  }

  /** A process that runs from the start and always has current data. */
  protected monitor(name: string, data: () => Data): void {
    const body: Body = ({ session }) => session.ended.then((): Outcome => [true, 'Acquisition exited cleanly.']);
    this.#operations.set(name, { type: 'process', params: {}, body, abortable: true, monitor: true });
    const session = new OpSession(++this.#lastSession, name);
    Object.defineProperty(session, 'data', { get: data, enumerable: true });
    session.setStatus('running');
    this.#sessions.set(name, session);
  }

  opCodes(): Record<string, number> {
    return Object.fromEntries(
      [...this.#operations.keys()].map((name) => [name, this.#sessions.get(name)?.opCode ?? 1]),
    );
  }

  /* ---- calls ---------------------------------------------------------------------------------------------------- */

  /** Calls an operation. `gone` is aborted when the caller has disconnected. */
  async call(
    action: string,
    op: string,
    params: Params | null,
    timeout: number | null,
    gone: AbortSignal,
  ): Promise<Reply> {
    if (action === 'wait') return this.#wait(op, timeout, gone);
    if (action === 'status') return this.#status(op);
    if (action !== 'start' && action !== 'stop' && action !== 'abort') {
      return [ERROR, `No implementation for "${op}"`, {}];
    }
    const reply = action === 'start' ? this.#start(op, params ?? {}) : this.#stop(action, op);
    this.#journal.called(this.instance, action, op, params, reply[0] === OK ? null : reply[1]);
    return reply;
  }

  #start(name: string, given: Params): Reply {
    if (this.faults.is('reject', name)) {
      this.faults.use();
      return [ERROR, `Simulated rejection of ${name}`, {}];
    }
    const operation = this.#operations.get(name);
    if (!operation) return [ERROR, `No task or process called "${name}"`, {}];
    const before = this.#sessions.get(name);
    if (before && before.status !== 'done')
      return [ERROR, `Operation "${name}" already in progress.`, before.encoded()];
    let params: Params;
    try {
      params = readParams(operation.params, given);
    } catch (error) {
      return [ERROR, error instanceof Error ? error.message : String(error), {}];
    }
    const session = new OpSession(++this.#lastSession, name);
    this.#sessions.set(name, session);
    void this.#launch(operation, session, params);
    return [OK, `Started ${operation.type} "${name}".`, session.encoded()];
  }

  async #launch(operation: Operation, session: OpSession, params: Params): Promise<void> {
    const { opName } = session;
    await Promise.resolve();
    session.setStatus('running');
    const work = (seconds: number) => this.#work(session, seconds);
    try {
      await work(0);
      const [success, message] = await operation.body({ session, params, work });
      this.#journal.ended(this.instance, opName, success, message);
      session.finish(success, message);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const reason = error instanceof ParamError ? `ParamError: ${message}` : message;
      this.#journal.ended(this.instance, opName, false, reason);
      session.finish(false, error instanceof ParamError ? `ERROR: ${message}` : message);
    }
  }

  async #work(session: OpSession, seconds: number): Promise<boolean> {
    const { opName } = session;
    const start = this.clock.now();
    for (;;) {
      await this.clock.tick();
      while (this.faults.is('hang', opName)) await this.clock.tick();
      if (this.faults.is('error', opName)) {
        this.faults.use();
        throw new Failed(`Simulated failure of ${opName}`);
      }
      if (session.status !== 'running') return false;
      if (this.clock.now() - start >= seconds * this.faults.stretch(opName)) return true;
    }
  }

  #stop(action: 'stop' | 'abort', name: string): Reply {
    const operation = this.#operations.get(name);
    if (!operation) return [ERROR, `No operation called "${name}".`, {}];
    const right = operation.type === 'task' ? 'abort' : 'stop';
    if (action !== right) return [ERROR, `Cannot "${action}" "${name}" because it is a "${operation.type}".`, {}];
    const session = this.#sessions.get(name);
    if (!session) return [ERROR, 'No session active.', {}];
    if (session.status === 'stopping' || session.status === 'done') {
      return [ERROR, `The operation is already ${session.status}`, {}];
    }
    // The real agents reply the same for a task that cannot be aborted, and do nothing.
    if (operation.abortable) session.setStatus('stopping');
    return [OK, `Requested ${action} on ${operation.type} ${name}".`, session.encoded()];
  }

  async #wait(name: string, timeout: number | null, gone: AbortSignal): Promise<Reply> {
    if (!this.#operations.has(name)) return [ERROR, `Unknown operation "${name}".`, {}];
    const session = this.#sessions.get(name);
    if (!session) return [OK, 'Idle.', {}];
    if (session.status !== 'done') {
      const ends = [session.ended, hungUp(gone)];
      if (timeout !== null)
        ends.push(sleep(Math.max(0, timeout) * 1000, undefined, { signal: gone }).catch(() => undefined));
      await Promise.race(ends);
    }
    if (session.status !== 'done')
      return [TIMEOUT, `Operation "${name}" still running; wait timed out.`, session.encoded()];
    const word = session.success ? 'SUCCEEDED' : 'FAILED';
    return [OK, `Operation "${name}" is currently not running (${word}).`, session.encoded()];
  }

  #status(name: string): Reply {
    if (!this.#operations.has(name)) return [ERROR, `No task or process called "${name}"`, {}];
    const session = this.#sessions.get(name);
    return session ? [OK, 'Session active.', session.encoded()] : [OK, 'No session active.', {}];
  }

  /** The agent's operations, from which OCS clients generate their methods. */
  describe(query: string): unknown {
    const list = (type: Operation['type']) =>
      [...this.#operations]
        .filter(([, operation]) => operation.type === type)
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([name, operation]) => [
          name,
          this.#sessions.get(name)?.encoded() ?? { op_name: name, status: 'no_history' },
          { blocking: false, abortable: operation.abortable, docstring: `${name}()`, op_type: type, min_privs: 1 },
        ]);
    const api = {
      agent_class: this.agentClass,
      instance_hostname: hostname(),
      instance_pid: process.pid,
      feeds: [],
      processes: list('process'),
      tasks: list('task'),
    };
    if (query === 'get_tasks') return api.tasks;
    if (query === 'get_processes') return api.processes;
    if (query === 'get_feeds') return api.feeds;
    if (query === 'get_agent_class') return api.agent_class;
    return api;
  }
}

function hungUp(gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) resolve();
    gone.addEventListener('abort', () => {
      resolve();
    });
  });
}
