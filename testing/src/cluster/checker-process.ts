/** The checker of a cluster, as a process of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../root.ts';

export interface CheckerProcess {
  url: string;
  stop: () => Promise<void>;
}

export async function startChecker(): Promise<CheckerProcess> {
  const child = spawn(join(root, '.venv/bin/python'), ['-m', 'sequencer_runner.supervisor.checker', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
