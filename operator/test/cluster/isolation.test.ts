/** The network policy of a sequencer lasts as long as its pods, and objects are kept only while they protect something. */
import { expect, test } from 'vitest';
import { EVENTS, NETWORK_POLICIES, RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { client, until } from '@sequencer/testing/cluster/cluster';
import { useFakeNode } from '@sequencer/testing/cluster/fake-node-suite';
import { outcome } from '@sequencer/testing/cluster/fake-node';
import { SETTINGS } from '@sequencer/testing/cluster/operators';

const { namespace, node, sequencer, start, inPhase, getSequencer } = useFakeNode({
  settings: { ...SETTINGS, dnsNamespace: 'openshift-dns', dnsCidrs: ['169.254.20.10/32'] },
});

const findPolicy = (name: string) => client.find(NETWORK_POLICIES, namespace, `${name}-runner`);
const removeSequencer = async (name: string) =>
  client.remove(SEQUENCERS, namespace, (await getSequencer(name)).metadata);

async function running(name: string): Promise<string> {
  const run = await start(name);
  await node.running(namespace, run);
  await inPhase(run, 'Running');
  return run;
}

test('a policy that was deleted, or whose egress was narrowed, is corrected while the script runs', async () => {
  const name = await sequencer({}, { egress: [{ cidr: '10.10.0.0/24' }] });
  await running(name);
  const policy = await until('the policy exists', () => findPolicy(name));
  expect(JSON.stringify(policy.spec)).toMatch(/10\.10\.0\.0\/24/);
  expect(JSON.stringify(policy.spec)).toMatch(/openshift-dns.*169\.254\.20\.10\/32/);
  await client.remove(NETWORK_POLICIES, namespace, policy.metadata);
  await until('the policy is back', async () => {
    const again = await findPolicy(name);
    return again && again.metadata.uid !== policy.metadata.uid;
  });
  await client.merge(SEQUENCERS, namespace, name, { spec: { runner: { egress: [] } } });
  await until(
    'the policy is narrower',
    async () => !JSON.stringify((await findPolicy(name))?.spec).includes('10.10.0'),
  );
  const label = 'app.kubernetes.io/instance';
  const labels = { [label]: null, team: 'daq' };
  await client.merge(NETWORK_POLICIES, namespace, `${name}-runner`, { metadata: { labels } });
  await until('the policy has its labels', async () => (await findPolicy(name))?.metadata.labels?.[label] === 'site');
  expect((await findPolicy(name))?.metadata.labels).toMatchObject({ team: 'daq' });
});

test('a deleted sequencer and its policy are kept until its script has ended', async () => {
  const name = await sequencer();
  const run = await running(name);
  await until('the sequencer is protected', async () => (await getSequencer(name)).metadata.finalizers?.length === 1);
  await removeSequencer(name);
  const waiting = await start(name);
  expect((await getSequencer(name)).metadata.deletionTimestamp).toBeDefined();
  expect(await findPolicy(name)).not.toBeNull();
  await node.ended(namespace, run, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await until('the sequencer is deleted', async () => (await client.find(SEQUENCERS, namespace, name)) === null);
  expect((await inPhase(waiting, 'Queued')).status?.podName).toBeUndefined();
});

test('an idle sequencer is deleted immediately', async () => {
  const name = await sequencer();
  const run = await running(name);
  await node.ended(namespace, run, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await until('the protection ends', async () => (await getSequencer(name)).metadata.finalizers === undefined);
  await removeSequencer(name);
  expect(await client.find(SEQUENCERS, namespace, name)).toBeNull();
});

test("another owner's policy with the name is not changed, and the sequencer is not Ready", async () => {
  const name = 'taken';
  const spec = { podSelector: { matchLabels: { app: 'mine' } }, policyTypes: ['Ingress'] };
  await client.create(NETWORK_POLICIES, namespace, { metadata: { name: `${name}-runner` }, spec });
  await client.create(SEQUENCERS, namespace, {
    metadata: { name },
    spec: { mode: 'Queue', runner: { image: 'localhost/r:1', egress: [], env: [] } },
  } as never);
  const run = await start(name);
  const { status } = await until('the run has the reason', async () => {
    const object = await client.get(RUNS, namespace, run);
    return object.status?.reason?.includes('NetworkPolicy') === true ? object : null;
  });
  expect(status?.reason).toMatch(/already a NetworkPolicy named taken-runner .* another name\./);
  expect((await findPolicy(name))?.spec).toMatchObject(spec);
  await until('the sequencer is not Ready', async () => {
    const ready = (await getSequencer(name)).status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ status: 'False', reason: 'NameTaken' });
    return true;
  });
});

test('a run loses its finalizer when it is recorded, and is kept before that', async () => {
  const name = await sequencer({ recordGraceSeconds: 600 });
  const recorded = await running(name);
  await node.ended(namespace, recorded, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await client.merge(RUNS, namespace, recorded, { status: { number: 1 } }, 'status');
  await until(
    'the finalizer is removed',
    async () => !(await client.get(RUNS, namespace, recorded)).metadata.finalizers,
  );

  const run = await running(name);
  await client.remove(RUNS, namespace, (await client.get(RUNS, namespace, run)).metadata);
  await node.ended(namespace, run, 130, outcome('INTERRUPTED', 130, 'Interrupted.'), 'Error');
  await inPhase(run, 'Interrupted');
  const kept = await until('there is an event about the kept object', async () => {
    const events = await client.list(EVENTS, namespace, { fieldSelector: `involvedObject.name=${run}` });
    return events.find(({ reason }) => reason === 'KeptForRecord');
  });
  expect(kept.message).toBe('The object is kept until the API has recorded the run.');
  expect(await client.find(RUNS, namespace, run)).not.toBeNull();
  await client.merge(RUNS, namespace, run, { status: { number: 2 } }, 'status');
  await until('the run is deleted', async () => (await client.find(RUNS, namespace, run)) === null);
});
