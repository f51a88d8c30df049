import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { WorkQueue } from './work-queue.ts';

interface Rig {
  queue: WorkQueue;
  done: string[];
  stop: () => Promise<void>;
}

function rig(work: (key: string, done: string[]) => Promise<number | undefined>, workers = 2): Rig {
  const done: string[] = [];
  const ending = new AbortController();
  const queue = new WorkQueue({ work: (key) => work(key, done), failed: () => undefined, workers, firstWaitMs: 1 });
  const running = queue.run(ending.signal);
  return {
    queue,
    done,
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

test('a key that is added while it is worked on is worked on once more, never at the same time', async () => {
  let at = 0;
  let most = 0;
  const { queue, done, stop } = rig(async (key, list) => {
    most = Math.max(most, ++at);
    await sleep(5);
    at -= 1;
    list.push(key);
    return undefined;
  });
  queue.add('a');
  for (let i = 0; i < 10; i++) queue.add('a');
  await vi.waitFor(() => {
    expect(done).toEqual(['a', 'a']);
  });
  expect(most).toBe(1);
  await stop();
});

test('the last word is always looked at, whatever the order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 20 }),
      async (adds) => {
        const said = new Map<string, number>();
        const seen = new Map<string, number>();
        const { queue, stop } = rig(async (key) => {
          const now = said.get(key) ?? 0;
          await Promise.resolve();
          seen.set(key, now);
          return undefined;
        });
        for (const [key, pause] of adds) {
          said.set(key, (said.get(key) ?? 0) + 1);
          queue.add(key);
          if (pause) await Promise.resolve();
        }
        await vi.waitFor(() => {
          expect(seen).toEqual(said);
        });
        await stop();
      },
    ),
    { numRuns: 50 },
  );
});

test('work that fails is tried again, after longer and longer waits', async () => {
  const waits: number[] = [];
  let tries = 0;
  const ending = new AbortController();
  const queue = new WorkQueue({
    work: () => {
      tries += 1;
      return tries < 5 ? Promise.reject(new Error('not yet')) : Promise.resolve(undefined);
    },
    failed: (_key, _error, wait) => waits.push(wait),
    workers: 1,
    firstWaitMs: 4,
  });
  const running = queue.run(ending.signal);
  queue.add('a');
  await vi.waitFor(() => {
    expect(tries).toBe(5);
  });
  waits.forEach((wait, index) => {
    expect(wait).toBeGreaterThanOrEqual(2 * 2 ** index);
    expect(wait).toBeLessThanOrEqual(4 * 2 ** index);
  });
  ending.abort();
  await running;
});

test('after the end nothing begins, and the end waits for what has begun', async () => {
  let ended = false;
  const { queue, done, stop } = rig(async (key, list) => {
    await sleep(20);
    ended = true;
    list.push(key);
    return undefined;
  }, 1);
  queue.add('a');
  queue.add('b');
  await Promise.resolve();
  await stop();
  expect(ended).toBe(true);
  expect(done).toEqual(['a']);
  expect(queue.depth).toBe(1);
});

test('a time that work asks for comes, the earliest of several', async () => {
  let turns = 0;
  const { queue, stop } = rig(() => {
    turns += 1;
    return Promise.resolve(turns === 1 ? 5 : undefined);
  });
  queue.addAfter('a', 60_000);
  queue.addAfter('a', 1);
  await vi.waitFor(() => {
    expect(turns).toBe(2);
  });
  await stop();
});
