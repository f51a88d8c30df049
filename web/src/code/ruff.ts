/** Runs Ruff in a web worker. */

export interface RuffFinding {
  code: string | null;
  message: string;
  start: { row: number; column: number };
  end: { row: number; column: number };
}

let worker: Worker | null = null;
let lastId = 0;
const waiting = new Map<number, (found: RuffFinding[]) => void>();

/** Findings in the script. If the worker cannot start (an old browser), there are none; the server still checks. */
export function ruffCheck(script: string): Promise<RuffFinding[]> {
  worker ??= start();
  const id = ++lastId;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    worker?.postMessage({ id, script });
  });
}

function start(): Worker {
  const started = new Worker(new URL('./ruff.worker.ts', import.meta.url), { type: 'module' });
  started.addEventListener('message', (event: MessageEvent<{ id: number; found: RuffFinding[] }>) => {
    waiting.get(event.data.id)?.(event.data.found);
    waiting.delete(event.data.id);
  });
  started.addEventListener('error', () => {
    for (const resolve of waiting.values()) resolve([]);
    waiting.clear();
  });
  return started;
}
