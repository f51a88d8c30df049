/** The simulated observatory with its scheduler, as `make run` starts it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../root.ts';

export interface SchedulerProcess {
  /** Where schedules are pulled from. */
  url: string;
  /** Injects a fault, or ends one with the kind `none`. */
  fault: (fault: { kind: string; times?: number; delay?: number }) => Promise<void>;
  stop: () => Promise<void>;
}

export async function startScheduler(): Promise<SchedulerProcess> {
  const child = spawn(process.execPath, [join(root, 'simulator/src/main.ts')], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', TELESCOPES: 'satp1,lat' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const base = `${/http:\S+/.exec(line)?.[0] ?? ''}/api/v1`;
  return {
    url: `${base}/schedule/`,
    fault: async (fault) => {
      const response = await fetch(`${base}/fault`, { method: 'POST', body: JSON.stringify(fault) });
      if (!response.ok) throw new Error(await response.text());
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
