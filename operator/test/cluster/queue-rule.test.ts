/** Compares the operator with the queue rule of the model after each of many random commands on one sequencer. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PODS, RUNS, SECRETS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { decideQueue, type RunStart, type WaitingRun } from '@sequencer/model';
import { client, dropNamespace, makeNamespace, makeSequencer, submit, until } from '@sequencer/testing/cluster/cluster';
import { FakeNode, NOWHERE, outcome } from '@sequencer/testing/cluster/fake-node';
import { startOperator, type RunningOperator } from '@sequencer/testing/cluster/operators';
import { randomFrom, seed } from '@sequencer/testing/cluster/random';

let namespace: string;
let operator: RunningOperator;
const node = new FakeNode();

beforeAll(async () => {
  namespace = await makeNamespace();
  await node.add();
  operator = await startOperator(namespace);
  await makeSequencer(namespace, 'seq', {
    mode: 'Off',
    runner: { image: 'x', env: [], egress: [], nodeSelector: NOWHERE },
  });
});
afterAll(async () => {
  await operator.stop();
  await node.remove();
  await dropNamespace(namespace);
});

/** The expected state of the sequencer. */
const expected = {
  mode: 'OFF' as 'OFF' | 'QUEUE',
  hold: null as string | null,
  active: null as string | null,
  queue: [] as WaitingRun[],
  cancelled: [] as string[],
  /** The scripts of all runs. */
  scripts: {} as Record<string, string>,
};

/** Windows are open for the whole test, or not at all: the test does not depend on its own speed. */
const LONG_AGO = new Date('2020-01-01T00:00:00Z');
const MUCH_LATER = new Date('2090-01-01T00:00:00Z');

function startNext(): void {
  const mode = expected.hold === null ? expected.mode : 'OFF';
  const { start, expired } = decideQueue(mode, expected.active !== null, expected.queue, new Date());
  expected.cancelled.push(...expired.map(({ id }) => id));
  expected.active = start?.id ?? expected.active;
  expected.queue = expected.queue.filter((run) => run !== start && !expired.includes(run));
}

async function stateMatches(): Promise<void> {
  await until(`the state of the sequencer is ${JSON.stringify(expected)}`, async () => {
    const { status } = await client.get(SEQUENCERS, namespace, 'seq');
    const found = {
      active: status?.activeRun?.name ?? null,
      hold: status?.hold?.run ?? null,
      length: status?.queueLength,
    };
    expect(found).toEqual({ active: expected.active, hold: expected.hold, length: expected.queue.length });
    return true;
  });
}

async function scriptMatches(run: string): Promise<void> {
  const { data } = await until(`${run} has a Secret`, () => client.find(SECRETS, namespace, run));
  expect(Buffer.from(data?.['script.py'] ?? '', 'base64').toString()).toBe(expected.scripts[run]);
}

test(`starts runs as the queue rule of the model (seed ${String(seed)})`, { timeout: 180_000 }, async () => {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const moves = { last: 0 };
  const started = new Set<string>();

  const commands: Record<string, () => Promise<void>> = {
    submit: async () => {
      const start: RunStart = random() < 0.3 ? 'RUNNING' : 'QUEUED';
      const { metadata, spec } = await submit(namespace, 'seq', {
        desiredState: start === 'RUNNING' ? 'Running' : 'Queued',
      });
      expected.queue.push({ id: metadata.name, start });
      expected.scripts[metadata.name] = spec.script ?? '';
    },
    hold: async () => {
      const run = pick(expected.queue);
      if (!run) return;
      await client.merge(RUNS, namespace, run.id, { spec: { desiredState: 'Held' } });
      Object.assign(run, { onHold: true, start: 'QUEUED' });
    },
    release: async () => {
      const run = pick(expected.queue.filter(({ onHold }) => onHold));
      if (!run) return;
      const start: RunStart = random() < 0.3 ? 'RUNNING' : 'QUEUED';
      await client.merge(RUNS, namespace, run.id, {
        spec: { desiredState: start === 'RUNNING' ? 'Running' : 'Queued' },
      });
      Object.assign(run, { onHold: false, start });
    },
    window: async () => {
      const run = pick(expected.queue);
      if (!run) return;
      const [notBefore = null, notAfter = null] = pick([[MUCH_LATER], [LONG_AGO, MUCH_LATER], [null, LONG_AGO]]) ?? [];
      await client.merge(RUNS, namespace, run.id, { spec: { window: { notBefore, notAfter } } });
      Object.assign(run, { notBefore, notAfter });
    },
    edit: async () => {
      const run = pick(expected.queue);
      if (!run) return;
      const script = `edited(${String(random())})\n`;
      await client.merge(RUNS, namespace, run.id, { spec: { script } });
      expected.scripts[run.id] = script;
    },
    cancel: async () => {
      const run = pick(expected.queue);
      if (!run) return;
      await client.merge(RUNS, namespace, run.id, { spec: { desiredState: 'Cancelled' } });
      expected.queue = expected.queue.filter((other) => other !== run);
    },
    remove: async () => {
      const run = pick(expected.queue);
      if (!run) return;
      await client.remove(RUNS, namespace, (await client.get(RUNS, namespace, run.id)).metadata);
      expected.queue = expected.queue.filter((other) => other !== run);
    },
    first: async () => {
      const run = pick(expected.queue);
      if (!run) return;
      moves.last -= 1;
      const annotations = { 'sequencer.dev/place': String(moves.last) };
      await client.merge(RUNS, namespace, run.id, { metadata: { annotations } });
      expected.queue = [run, ...expected.queue.filter((other) => other !== run)];
    },
    mode: async () => {
      expected.mode = random() < 0.7 ? 'QUEUE' : 'OFF';
      await client.merge(SEQUENCERS, namespace, 'seq', { spec: { mode: expected.mode === 'OFF' ? 'Off' : 'Queue' } });
    },
    resume: async () => {
      if (expected.hold === null) return;
      await client.merge(SEQUENCERS, namespace, 'seq', { spec: { resumeAfter: expected.hold } });
      expected.hold = null;
    },
    end: async () => {
      const run = expected.active;
      if (run === null) return;
      const succeeds = random() < 0.7;
      await node.running(namespace, run);
      if (succeeds) await node.ended(namespace, run, 0, outcome('SUCCEEDED', 0, 'Done.'));
      else {
        expected.hold = run;
        for (const queued of expected.queue) queued.start = 'QUEUED';
        await node.ended(namespace, run, 1, outcome('FAILED', 1, 'Why.'), 'Error');
      }
      expected.active = null;
    },
    restart: async () => {
      await operator.stop();
      operator = await startOperator(namespace);
    },
  };
  const weights = [
    'submit',
    'submit',
    'submit',
    'end',
    'end',
    'cancel',
    'remove',
    'first',
    'mode',
    'mode',
    'resume',
    'hold',
    'release',
    'release',
    'window',
    'edit',
    'edit',
    'restart',
  ];

  for (let i = 0; i < 100; i++) {
    const name = pick(weights) ?? 'submit';
    await commands[name]?.();
    startNext();
    await stateMatches();
    if (expected.active === null || started.has(expected.active)) continue;
    started.add(expected.active);
    await scriptMatches(expected.active);
  }
  for (const run of expected.cancelled) {
    await until(`${run} has expired`, async () => {
      const { status } = await client.get(RUNS, namespace, run);
      return status?.reason === 'Expired: not started by 2020-01-01 00:00 UTC.';
    });
  }
  // The commands are random, but some runs must have started.
  expect(started.size).toBeGreaterThan(2);
  const pods = await client.list(PODS, namespace);
  expect(pods.map(({ metadata }) => metadata.name).filter((pod) => !started.has(pod))).toEqual([]);
});
