import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LEASES } from '@sequencer/kubernetes/resources';
import { Leader, type LeaderOptions } from '../../src/runtime/leader.ts';
import { client, dropNamespace, makeNamespace, until } from '@sequencer/testing/cluster/cluster';
import { startProxy } from '@sequencer/testing/cluster/proxy';

let namespace: string;
beforeAll(async () => {
  namespace = await makeNamespace();
});
afterAll(() => dropNamespace(namespace));

const TIMES = { leaseMs: 3000, renewMs: 1800, retryMs: 200 };

interface Candidate {
  leader: Leader;
  terms: number;
  stop: () => Promise<void>;
}

function candidate(name: string, identity: string, more: Partial<LeaderOptions> = {}): Candidate {
  const stopping = new AbortController();
  const leader = new Leader({ client, namespace, name, identity, ...TIMES, ...more });
  const one: Candidate = {
    leader,
    terms: 0,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
  const running = leader.run(stopping.signal, async (signal) => {
    one.terms += 1;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
      if (signal.aborted) resolve();
    });
  });
  return one;
}

const leads = (...candidates: Candidate[]) =>
  until('one candidate leads', () => candidates.find(({ leader }) => leader.isLeader()));

test('elects another leader immediately when the leader is stopped; the Lease has microseconds', async () => {
  const [a, b] = [candidate('order', 'a'), candidate('order', 'b')];
  const first = await leads(a, b);
  const second = first === a ? b : a;
  await sleep(1000);
  expect([a, b].filter(({ leader }) => leader.isLeader())).toEqual([first]);
  const { spec } = await client.get(LEASES, namespace, 'order');
  expect(spec?.renewTime).toMatch(/\.\d{6}Z$/);
  const stoppedAt = performance.now();
  await first.stop();
  await leads(second);
  expect(performance.now() - stoppedAt).toBeLessThan(TIMES.leaseMs);
  await second.stop();
  expect((await client.get(LEASES, namespace, 'order')).spec?.leaseTransitions).toBe(1);
});

test('stops leading without a connection to the server before another instance begins', async () => {
  const proxy = await startProxy();
  const a = candidate('cut', 'a', { client: proxy.client });
  await leads(a);
  const b = candidate('cut', 'b');
  await sleep(500);
  let both = 0;
  const watching = setInterval(() => {
    if (a.leader.isLeader() && b.leader.isLeader()) both += 1;
  }, 5);
  proxy.down(true);
  await until('the other leads', () => b.leader.isLeader());
  expect(a.leader.isLeader()).toBe(false);
  proxy.down(false);
  await sleep(1000);
  expect(b.leader.isLeader()).toBe(true);
  clearInterval(watching);
  expect(both).toBe(0);
  expect(a.terms).toBe(1);
  await Promise.all([a.stop(), b.stop()]);
  proxy.close();
});

test('ignores the time of day in the Lease', async () => {
  const a = candidate('clock', 'a');
  await leads(a);
  const b = candidate('clock', 'b');
  for (const renewTime of ['2001-01-01T00:00:00.000000Z', '2099-01-01T00:00:00.000000Z']) {
    const lease = await client.get(LEASES, namespace, 'clock');
    await client.merge(LEASES, namespace, 'clock', { spec: { ...lease.spec, renewTime } });
    await sleep(1000);
    expect([a.leader.isLeader(), b.leader.isLeader()]).toEqual([true, false]);
  }
  await Promise.all([a.stop(), b.stop()]);
});

test('has one leader at a time among many candidates', async () => {
  const all = Array.from({ length: 5 }, (_, index) => candidate('many', `c${String(index)}`));
  let maxLeaders = 0;
  const watching = setInterval(() => {
    maxLeaders = Math.max(maxLeaders, all.filter(({ leader }) => leader.isLeader()).length);
  }, 5);
  for (let left = [...all]; left.length > 0;) {
    const leader = await leads(...left);
    await leader.stop();
    left = left.filter((one) => one !== leader);
  }
  clearInterval(watching);
  expect(maxLeaders).toBe(1);
});
