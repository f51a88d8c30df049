/** An API as a process of its own, to kill. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../root.ts';

const main = join(root, 'api/src/main.ts');

export interface ApiProcess {
  url: string;
  process: ChildProcess;
  /** kill -9 */
  kill: () => Promise<void>;
  /** SIGTERM, as in a rolling upgrade. */
  stop: () => Promise<void>;
}

/**
 * Resolves when the API listens.
 *
 * @param wrapper a command that runs the command which follows it
 */
export async function spawnApiProcess(env: Record<string, string>, wrapper: string[] = []): Promise<ApiProcess> {
  const [command, ...args] = [...wrapper, process.execPath, main];
  const child = spawn(command, args, {
    env: { ...process.env, PORT: '0', USER_NAME: 'tester', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`the API ended with ${String(code)}`));
    });
    lines.on('line', (line) => {
      if (process.env.API_LOG) console.log(line);
      const { url } = JSON.parse(line) as { url?: string };
      if (url !== undefined) resolve(url);
    });
  });
  return { url, process: child, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}
