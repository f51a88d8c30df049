/** A Python worker, as `make run` starts one, connected to the API of a test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Api } from '@sequencer/api/server';
import { root } from '../root.ts';
import { TOKEN, ask } from './running-api.ts';

export interface RealRunner {
  stop: () => Promise<void>;
}

/** Resolves when the runner is connected to the API. */
export async function startRunner(
  api: Api,
  options: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<RealRunner> {
  const folder = mkdtempSync(join(tmpdir(), 'sequencer-runner-'));
  const address = `${api.url.replace('http', 'ws')}/runner`;
  const child = spawn(
    join(root, '.venv/bin/python'),
    ['-m', 'sequencer_runner', '--gateway', address, '--sequencer', 'satp1', '--state-dir', folder, ...options],
    { env: { ...process.env, RUNNER_TOKEN: TOKEN, ...env }, stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  await vi.waitFor(
    async () => {
      const { data } = await ask<{ sequencer: { runner: { connected: boolean } } }>(
        api,
        '{ sequencer(name: "satp1") { runner { connected } } }',
      );
      if (!data.sequencer.runner.connected) throw new Error('the runner is not connected yet');
    },
    { timeout: 20_000, interval: 50 },
  );
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
