/** The whole product on a free port with its own data folder, started as by `make run`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { root } from '../root.ts';
import { family } from './processes.ts';

export class Stack {
  readonly url: string;
  readonly dataDir: string;
  readonly #launcher: ChildProcess;
  /** The session cookie for queries; empty if nobody has signed in. */
  cookie = '';
  readonly #sequencers: string[];
  #log = '';

  private constructor(url: string, dataDir: string, launcher: ChildProcess, sequencers: string[]) {
    this.#sequencers = sequencers;
    this.url = url;
    this.dataDir = dataDir;
    this.#launcher = launcher;
    const keep = (chunk: Buffer) => (this.#log += chunk.toString());
    launcher.stdout?.on('data', keep);
    launcher.stderr?.on('data', keep);
  }

  /** @param env without DATA_DIR a new folder is used; the folder is removed at the end in both cases */
  static async start(env: Record<string, string> = {}): Promise<Stack> {
    const port = await freePort();
    const dataDir = env.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'sequencer-e2e-'));
    // The user of the database has to enter this folder.
    chmodSync(dataDir, 0o755);
    const launcher = spawn(process.execPath, [join(root, 'launcher/src/main.ts')], {
      cwd: root,
      env: {
        ...process.env,
        SEQUENCERS: 'satp1,lat',
        SIMULATOR_SPEED: '600',
        ...env,
        PORT: String(port),
        DATA_DIR: dataDir,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stack = new Stack(`http://127.0.0.1:${port}`, dataDir, launcher, (env.SEQUENCERS ?? 'satp1,lat').split(','));
    await stack.ready();
    return stack;
  }

  /** The address of the launcher's own database. */
  get databaseUrl(): string {
    const port = readFileSync(join(this.dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3] ?? '';
    const password = readFileSync(join(this.dataDir, 'database-password'), 'utf8').trim();
    return `postgres://sequencer:${password}@127.0.0.1:${port}/sequencer`;
  }

  get log(): string {
    return this.#log;
  }

  get pid(): number {
    return this.#launcher.pid ?? 0;
  }

  /** Waits until the API is ready and the runner of every sequencer is connected. */
  async ready(): Promise<void> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      if (this.#launcher.exitCode !== null) throw new Error(`the launcher ended:\n${this.#log}`);
      if (await this.#isReady()) return;
      if (Date.now() > deadline) throw new Error(`not ready after 60 s:\n${this.#log}`);
      await sleep(100);
    }
  }

  async #isReady(): Promise<boolean> {
    try {
      const paths = ['/readyz', ...this.#sequencers.map((name) => `/readyz/${name}`)];
      const answers = await Promise.all(paths.map((path) => fetch(this.url + path)));
      return answers.every((answer) => answer.ok);
    } catch {
      // The connection is refused until the API listens.
      return false;
    }
  }

  async query<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: this.cookie },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as { data?: T; errors?: { message: string }[] };
    if (body.errors || !body.data) throw new Error(JSON.stringify(body.errors ?? body));
    return body.data;
  }

  async submit(script: string, input: Record<string, unknown> = {}): Promise<string> {
    const data = await this.query<{ submitRun: { id: string } }>(
      'mutation ($input: SubmitRunInput!) { submitRun(input: $input) { id } }',
      { input: { sequencer: 'satp1', script, ...input } },
    );
    return data.submitRun.id;
  }

  async phase(id: string): Promise<string> {
    const data = await this.query<{ run: { phase: string } }>('query ($id: ID!) { run(id: $id) { phase } }', { id });
    return data.run.phase;
  }

  /** Waits until the run is in one of the phases; returns which. */
  async until(id: string, ...phases: string[]): Promise<string> {
    return this.untilWithin(30, id, ...phases);
  }

  async untilWithin(seconds: number, id: string, ...phases: string[]): Promise<string> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const phase = await this.phase(id);
      if (phases.includes(phase)) return phase;
      if (Date.now() > deadline)
        throw new Error(`still ${phase} after ${String(seconds)} s, not ${phases.join(' or ')}`);
      await sleep(50);
    }
  }

  /** The pid of a part: `api/src/main.ts`, `--sequencer satp1`, `postgres -D` and so on. */
  part(text: string): number {
    const found = family(this.pid).find((p) => p.command.includes(text));
    if (!found) throw new Error(`no process of the stack has "${text}" in its command line`);
    return found.pid;
  }

  async stop(): Promise<void> {
    if (this.#launcher.exitCode === null && this.#launcher.signalCode === null) {
      this.#launcher.kill('SIGTERM');
      await once(this.#launcher, 'exit');
    }
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
