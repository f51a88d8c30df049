/** Queued runs that are held, edited, or have a window. */
import { expect, test } from 'vitest';
import { EVENTS, RUNS, SECRETS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { client, until } from '@sequencer/testing/cluster/cluster';
import { outcome } from '@sequencer/testing/cluster/fake-node';
import { MANAGER } from '@sequencer/operator/status/status';
import { useFakeNode } from '@sequencer/testing/cluster/fake-node-suite';

const { namespace, node, operator, sequencer, start, inPhase, reasonOf, changeRun, getSequencer } = useFakeNode();

const RACES = 25;

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

async function eventsOf(run: string): Promise<string[]> {
  const events = await client.list(EVENTS, namespace, { fieldSelector: `involvedObject.name=${run}` });
  return events.map(({ reason, message }) => `${reason}: ${message}`);
}

/** As an operator that dies between the claim and the start. */
async function claim(sequencer: string, name: string): Promise<void> {
  const { uid } = (await client.get(RUNS, namespace, name)).metadata;
  const status = { activeRun: { name, uid } };
  await client.apply(SEQUENCERS, namespace, sequencer, { status }, { manager: MANAGER, subresource: 'status' });
}

test('skips a run on hold until it is released', async () => {
  const name = await sequencer();
  const held = await start(name, { desiredState: 'Held' });
  const next = await start(name);
  await inPhase(next, 'Starting');
  expect((await reasonOf(held, /./)).status).toMatchObject({ phase: 'Queued', reason: 'On hold.' });
  await node.running(namespace, next);
  await node.ended(namespace, next, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await inPhase(next, 'Succeeded');
  expect((await getSequencer(name)).status?.queueLength).toBe(1);
  await changeRun(held, { desiredState: 'Queued' });
  await inPhase(held, 'Starting');
});

test('starts a run when its window opens, and others before', async () => {
  const name = await sequencer();
  const opens = inSeconds(4);
  const early = await start(name, { window: { notBefore: opens } });
  await reasonOf(early, new RegExp(`^Not before .*${opens.slice(11, 16)} UTC\\.$`));
  const next = await start(name);
  await inPhase(next, 'Starting');
  await node.running(namespace, next);
  await node.ended(namespace, next, 0, outcome('SUCCEEDED', 0, 'Done.'));
  const { status } = await inPhase(early, 'Starting');
  const scheduled = status?.conditions?.find(({ type }) => type === 'Scheduled');
  expect(Date.parse(scheduled?.lastTransitionTime ?? '')).toBeGreaterThanOrEqual(
    Math.floor(Date.parse(opens) / 1000) * 1000,
  );
});

test('cancels a run that gets its turn after its window', async () => {
  const name = await sequencer();
  const ends = inSeconds(-1);
  const late = await start(name, { window: { notAfter: ends } });
  const next = await start(name);
  const { status } = await inPhase(late, 'Cancelled');
  const reason = `Expired: not started by ${ends.slice(11, 16)} UTC.`;
  expect(status).toMatchObject({ reason });
  expect(status?.podName).toBeUndefined();
  expect(status?.conditions?.find(({ type }) => type === 'Finished')).toMatchObject({
    status: 'True',
    message: reason,
  });
  await until('there is an event', async () => (await eventsOf(late)).includes(`Expired: ${reason}`));
  await inPhase(next, 'Starting');
});

test('cancels no run before its turn', async () => {
  const name = await sequencer({ mode: 'Off' });
  const ends = inSeconds(-1);
  const late = await start(name, { window: { notAfter: ends } });
  await reasonOf(late, /^Its window ended at /);
  await changeRun(late, { window: { notAfter: inSeconds(3600) } });
  await reasonOf(late, /The mode of .* is Off/);
  await client.merge(SEQUENCERS, namespace, name, { spec: { mode: 'Queue' } });
  await inPhase(late, 'Starting');
});

test('returns a claimed run to the queue when it is put on hold before it starts', async () => {
  await operator.stop();
  const name = await sequencer();
  const run = await start(name);
  const next = await start(name);
  await claim(name, run);
  await changeRun(run, { desiredState: 'Held' });
  await operator.start();
  await inPhase(next, 'Starting');
  expect((await reasonOf(run, /^On hold\.$/)).status?.phase).toBe('Queued');
  const released = `Released: Returned to the queue of ${name}. It was changed before it started.`;
  await until('there is an event', async () => (await eventsOf(run)).includes(released));
});

test('cancels a claimed run whose window ends before it starts', async () => {
  await operator.stop();
  const name = await sequencer();
  const run = await start(name, { window: { notAfter: inSeconds(-1) } });
  await claim(name, run);
  await operator.start();
  await inPhase(run, 'Cancelled');
  const next = await start(name);
  await inPhase(next, 'Starting');
});

test.each(['HoldQueue', 'Continue', undefined] as const)(
  'after a failure with afterFailure %s',
  async (afterFailure) => {
    const name = await sequencer();
    const run = await start(name, afterFailure && { afterFailure });
    const next = await start(name);
    await node.running(namespace, run);
    await node.ended(namespace, run, 1, outcome('FAILED', 1, 'Why.'), 'Error');
    await inPhase(run, 'Failed');
    if (afterFailure === 'Continue') await inPhase(next, 'Starting');
    else await reasonOf(next, /^Queue held: /);
  },
);

test('a run without afterFailure has that of its Sequencer', async () => {
  const name = await sequencer({ afterFailure: 'Continue' });
  const fail = async (run: string) => {
    await node.running(namespace, run);
    await node.ended(namespace, run, 1, outcome('FAILED', 1, 'Why.'), 'Error');
    await inPhase(run, 'Failed');
  };
  const run = await start(name);
  const own = await start(name, { afterFailure: 'HoldQueue' });
  const next = await start(name);
  await inPhase(run, 'Starting');
  await fail(run);
  await inPhase(own, 'Starting');
  await fail(own);
  await reasonOf(next, /^Queue held: /);
});

test.each(['INTERRUPTED', 'KILLED'])('holds the queue after %s, whatever afterFailure is', async (word) => {
  const name = await sequencer();
  const run = await start(name, { afterFailure: 'Continue' });
  const next = await start(name);
  await node.running(namespace, run);
  await node.ended(namespace, run, 1, outcome(word, 1, 'Why.'), 'Error');
  await reasonOf(next, /^Queue held: /);
});

test('does not start a held run because it is edited', async () => {
  const name = await sequencer();
  const run = await start(name);
  await inPhase(run, 'Starting');
  const requested = await start(name, { desiredState: 'Running' });
  await reasonOf(requested, /./);
  await node.running(namespace, run);
  await node.ended(namespace, run, 1, outcome('FAILED', 1, 'Why.'), 'Error');
  await reasonOf(requested, /^Queue held: /);
  const { metadata } = await changeRun(requested, { title: 'edited' });
  await until('the operator has observed the edit', async () => {
    const { status } = await client.get(RUNS, namespace, requested);
    return status?.observedGeneration === metadata.generation;
  });
  expect((await getSequencer(name)).status?.activeRun).toBeUndefined();
  await changeRun(requested, { desiredState: 'Queued' });
  await until('the operator has observed the change', async () => {
    const { status } = await client.get(RUNS, namespace, requested);
    return status?.request?.desiredState === 'Queued';
  });
  await changeRun(requested, { desiredState: 'Running' });
  await inPhase(requested, 'Starting');
});

test('starts each run with exactly the spec of its object, while it is edited', { timeout: 120_000 }, async () => {
  let used = 0;
  for (let i = 0; i < RACES; i++) {
    const name = await sequencer({ mode: 'Off' });
    const run = await start(name, { script: 'first()\n' });
    await reasonOf(run, /Off/);
    await client.merge(SEQUENCERS, namespace, name, { spec: { mode: 'Queue' } });
    const deadline = performance.now() + 20_000;
    let refused = '';
    for (let edit = 1; refused === '' && performance.now() < deadline; edit++) {
      const spec = { script: `edit(${String(edit)})\n`, arguments: [String(edit)], title: `edit ${String(edit)}` };
      refused = await changeRun(run, spec).then(
        () => '',
        (error: unknown) => String(error),
      );
      if (refused === '') used += 1;
    }
    expect(refused).toContain('can change only while the run is queued');
    const { data = {} } = await until('the run has a Secret', () => client.find(SECRETS, namespace, run));
    const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString();
    const { spec } = await client.get(RUNS, namespace, run);
    expect(text('script.py')).toBe(spec.script);
    expect(JSON.parse(text('options.json'))).toMatchObject({ arguments: spec.arguments, title: spec.title ?? null });
  }
  expect(used).toBeGreaterThan(RACES);
});

test('writes nothing to the spec of a run that a tool applies', async () => {
  const name = await sequencer();
  const spec = { sequencer: name, script: 'print(1)\n', window: { notBefore: inSeconds(2) } };
  const apply = () => client.apply(RUNS, namespace, `${name}-applied`, { spec }, { manager: 'argocd-controller' });
  const applied = await apply();
  const { metadata } = await inPhase(applied.metadata.name, 'Starting');
  const own = metadata.managedFields?.filter(({ manager }) => manager?.startsWith('sequencer-')) ?? [];
  expect(own.length).toBeGreaterThan(0);
  expect(own.filter(({ fieldsV1 }) => fieldsV1?.['f:spec'] !== undefined)).toEqual([]);
  expect((await apply()).metadata.generation).toBe(applied.metadata.generation);
});
