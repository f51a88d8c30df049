import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { DONE, requeueAfter, type ReconcileResult } from './reconcile-result.ts';
import { WorkQueue } from './work-queue.ts';

interface Rig {
  queue: WorkQueue;
  done: string[];
  stop: () => Promise<void>;
}

function rig(work: (key: string, done: string[]) => Promise<ReconcileResult>, workers = 2): Rig {
  const done: string[] = [];
  const stopping = new AbortController();
  const queue = new WorkQueue({
    work: (key) => work(key, done),
    onFailure: () => undefined,
    workers,
    firstDelayMs: 1,
  });
  const running = queue.run(stopping.signal);
  return {
    queue,
    done,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

test('processes a key once more when it is added during its work, and never twice at the same time', async () => {
  let active = 0;
  let maxActive = 0;
  const { queue, done, stop } = rig(async (key, list) => {
    maxActive = Math.max(maxActive, ++active);
    await sleep(5);
    active -= 1;
    list.push(key);
    return DONE;
  });
  queue.add('a');
  for (let i = 0; i < 10; i++) queue.add('a');
  await vi.waitFor(() => {
    expect(done).toEqual(['a', 'a']);
  });
  expect(maxActive).toBe(1);
  await stop();
});

test('always processes the latest change of a key', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 20 }),
      async (adds) => {
        const changes = new Map<string, number>();
        const processed = new Map<string, number>();
        const { queue, stop } = rig(async (key) => {
          const current = changes.get(key) ?? 0;
          await Promise.resolve();
          processed.set(key, current);
          return DONE;
        });
        for (const [key, pause] of adds) {
          changes.set(key, (changes.get(key) ?? 0) + 1);
          queue.add(key);
          if (pause) await Promise.resolve();
        }
        await vi.waitFor(() => {
          expect(processed).toEqual(changes);
        });
        await stop();
      },
    ),
    { numRuns: 50 },
  );
});

test('retries failed work after delays that double', async () => {
  const delays: number[] = [];
  let tries = 0;
  const stopping = new AbortController();
  const queue = new WorkQueue({
    work: () => {
      tries += 1;
      return tries < 5 ? Promise.reject(new Error('not yet')) : Promise.resolve(DONE);
    },
    onFailure: (_key, _error, delay) => delays.push(delay),
    workers: 1,
    firstDelayMs: 4,
  });
  const running = queue.run(stopping.signal);
  queue.add('a');
  await vi.waitFor(() => {
    expect(tries).toBe(5);
  });
  delays.forEach((delay, index) => {
    expect(delay).toBeGreaterThanOrEqual(2 * 2 ** index);
    expect(delay).toBeLessThanOrEqual(4 * 2 ** index);
  });
  stopping.abort();
  await running;
});

test('starts no work after the abort, and waits for the work in progress', async () => {
  let ended = false;
  const { queue, done, stop } = rig(async (key, list) => {
    await sleep(20);
    ended = true;
    list.push(key);
    return DONE;
  }, 1);
  queue.add('a');
  queue.add('b');
  await Promise.resolve();
  await stop();
  expect(ended).toBe(true);
  expect(done).toEqual(['a']);
  expect(queue.depth).toBe(1);
});

test('requeues after the delay that the work returns, and uses the earliest of several delays', async () => {
  let calls = 0;
  const { queue, stop } = rig(() => {
    calls += 1;
    return Promise.resolve(requeueAfter(calls === 1 ? 5 : undefined));
  });
  queue.addAfter('a', 60_000);
  queue.addAfter('a', 1);
  await vi.waitFor(() => {
    expect(calls).toBe(2);
  });
  await stop();
});
