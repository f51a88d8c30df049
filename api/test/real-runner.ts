/** A real worker of the Python package, connected to an API under test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Api } from '../src/server.ts';
import { TOKEN } from './running-api.ts';

const root = join(import.meta.dirname, '../..');

export class RealRunner {
  readonly #process: ChildProcess;
  readonly #folder: string;

  constructor(api: Api) {
    this.#folder = mkdtempSync(join(tmpdir(), 'sequencer-runner-'));
    const gateway = `${api.url.replace('http', 'ws')}/runner`;
    const args = ['-m', 'sequencer_runner', '--gateway', gateway, '--sequencer', 'satp1', '--state-dir', this.#folder];
    this.#process = spawn(join(root, '.venv/bin/python'), args, {
      env: { ...process.env, RUNNER_TOKEN: TOKEN },
      stdio: 'ignore',
    });
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
