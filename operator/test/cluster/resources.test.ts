/** Runs of several sequencers that share a resource: never two at the same time, whichever operator decides. */
import { expect, test } from 'vitest';
import { EVENTS, PODS, RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { isFinalKubernetesPhase } from '@sequencer/model/kubernetes/enums';
import { LABELS } from '@sequencer/model/kubernetes/names';
import { client, until } from '@sequencer/testing/cluster/cluster';
import { outcome } from '@sequencer/testing/cluster/fake-node';
import { useFakeNode } from '@sequencer/testing/cluster/fake-node-suite';
import { MANAGER } from '@sequencer/operator/status/status';

const { namespace, node, operator, sequencer, start, inPhase, reasonOf, changeRun, getSequencer } = useFakeNode();

async function end(run: string): Promise<void> {
  await node.running(namespace, run);
  await node.ended(namespace, run, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await inPhase(run, 'Succeeded');
}

/** As an operator that dies between the claim and the start. */
async function claim(sequencer: string, name: string, resources: string[]): Promise<void> {
  const { uid } = (await client.get(RUNS, namespace, name)).metadata;
  const activeRun = { name, uid, ...(resources.length > 0 && { resources }) };
  const options = { manager: MANAGER, subresource: 'status' } as const;
  await client.apply(SEQUENCERS, namespace, sequencer, { status: { activeRun } }, options);
}

/** Those of the runs that have a pod and have not ended. */
async function startedOf(runs: readonly string[]): Promise<string[]> {
  const objects = await Promise.all(runs.map((run) => client.get(RUNS, namespace, run)));
  return objects
    .filter(({ status }) => status?.podName !== undefined && !isFinalKubernetesPhase(status.phase))
    .map(({ metadata }) => metadata.name);
}

test('keeps a run waiting for a resource, also after a change of the leader, and starts it when it is free', async () => {
  const [one, other] = [await sequencer(), await sequencer()];
  const first = await start(one, { resources: ['laser', 'crane'] });
  await inPhase(first, 'Starting');
  expect((await getSequencer(one)).status?.activeRun?.resources).toEqual(['laser', 'crane']);
  const second = await start(other, { resources: ['laser'] });
  const waits = new RegExp(`^Waiting for run ${first}, which uses laser\\.$`);
  await reasonOf(second, waits);
  const third = await start(other);
  await inPhase(third, 'Starting');
  await end(third);
  await operator.stop();
  await operator.start();
  await changeRun(second, { title: 'seen by the new leader' });
  await until('the new leader has seen the run', async () => {
    const { metadata, status } = await client.get(RUNS, namespace, second);
    return status?.observedGeneration === metadata.generation;
  });
  expect((await reasonOf(second, waits)).status?.phase).toBe('Queued');
  await end(first);
  await inPhase(second, 'Starting');
});

test('starts one of two runs with the same resource that are both claimed, and returns the other to its queue', async () => {
  const [one, other] = [await sequencer({ mode: 'Off' }), await sequencer({ mode: 'Off' })];
  await operator.stop();
  const pair = [await start(one, { resources: ['dome'] }), await start(other, { resources: ['dome'] })] as const;
  await claim(one, pair[0], ['dome']);
  await claim(other, pair[1], ['dome']);
  await operator.start();
  const [started = ''] = await until('a run has started', async () => {
    const list = await startedOf(pair);
    return list.length > 0 && list;
  });
  const loser = pair.find((run) => run !== started) ?? '';
  const { status } = await reasonOf(loser, /^The mode of /);
  expect(status).toMatchObject({ phase: 'Queued' });
  expect(status?.podName).toBeUndefined();
  expect((await getSequencer(loser === pair[0] ? one : other)).status?.activeRun).toBeUndefined();
  const events = await client.list(EVENTS, namespace, { fieldSelector: `involvedObject.name=${loser}` });
  const where = loser === pair[0] ? one : other;
  expect(events.map(({ message }) => message)).toContain(
    `Returned to the queue of ${where}. Waiting for run ${started}, which uses dome.`,
  );
});

test('returns a claimed run to the queue if its resources were changed before it started', async () => {
  const [one, other] = [await sequencer(), await sequencer({ mode: 'Off' })];
  const user = await start(one, { resources: ['mount'] });
  await inPhase(user, 'Starting');
  await operator.stop();
  const changed = await start(other);
  await claim(other, changed, []);
  await changeRun(changed, { resources: ['mount'] });
  await client.merge(SEQUENCERS, namespace, other, { spec: { mode: 'Queue' } });
  await operator.start();
  await reasonOf(changed, new RegExp(`^Waiting for run ${user}, which uses mount\\.$`));
  expect(await startedOf([changed])).toEqual([]);
  await end(user);
  await inPhase(changed, 'Starting');
});

test('keeps the resource of a run whose object was deleted by force while its pod exists', async () => {
  const [one, other] = [await sequencer(), await sequencer()];
  const first = await start(one, { resources: ['lift'] });
  await inPhase(first, 'Starting');
  await node.running(namespace, first);
  const second = await start(other, { resources: ['lift'] });
  await reasonOf(second, /which uses lift/);
  await operator.stop();
  const { metadata } = await client.get(RUNS, namespace, first);
  await client.merge(RUNS, namespace, first, { metadata: { finalizers: [] } });
  await client.remove(RUNS, namespace, metadata);
  await operator.start();
  await changeRun(second, { title: 'seen' });
  await until('the operator has seen the change', async () => {
    const { metadata, status } = await client.get(RUNS, namespace, second);
    return status?.observedGeneration === metadata.generation;
  });
  const pods = await client.list(PODS, namespace, { labelSelector: `${LABELS.run}=${first}` });
  expect(pods).toHaveLength(1);
  expect(await startedOf([second])).toEqual([]);
  await node.removeDeleted(namespace, first);
  await inPhase(second, 'Starting');
});

test(
  'never starts two runs with one resource when all sequencers choose at the same moment',
  { timeout: 120_000 },
  async () => {
    const names = [
      await sequencer({ mode: 'Off' }),
      await sequencer({ mode: 'Off' }),
      await sequencer({ mode: 'Off' }),
    ];
    const runs: string[] = [];
    for (const name of [...names, ...names]) runs.push(await start(name, { resources: ['guide-star'] }));
    await Promise.all(names.map((name) => client.merge(SEQUENCERS, namespace, name, { spec: { mode: 'Queue' } })));
    for (let ended = 0; ended < runs.length; ended++) {
      const started = await until('a run has started', async () => {
        const list = await startedOf(runs);
        return list.length > 0 && list;
      });
      expect(started).toHaveLength(1);
      const [run = ''] = started;
      await inPhase(run, 'Starting');
      expect(await startedOf(runs)).toEqual([run]);
      await end(run);
    }
  },
);

test('refuses names that are not resources', async () => {
  const name = await sequencer({ mode: 'Off' });
  for (const resources of [
    ['Laser'],
    ['-a'],
    ['a', 'a'],
    Array.from({ length: 9 }, (_, index) => `r${String(index)}`),
  ]) {
    await expect(start(name, { resources })).rejects.toThrow(/resources/);
  }
});
