/** Operator processes: after one is killed the other takes over, and a running script is not affected. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LEASES, PODS, RUNS } from '@sequencer/kubernetes/resources';
import {
  client,
  dropNamespace,
  inPhase,
  makeNamespace,
  makeSequencer,
  submit,
  until,
} from '@sequencer/testing/cluster/cluster';
import { FakeNode, NOWHERE, outcome } from '@sequencer/testing/cluster/fake-node';
import { MAIN, get, isLeader, startProcess, type OperatorProcess } from '@sequencer/testing/cluster/operator-process';

let namespace: string;
const node = new FakeNode();
const started: OperatorProcess[] = [];

beforeAll(async () => {
  namespace = await makeNamespace();
  await node.add();
  await makeSequencer(namespace, 'seq', { runner: { image: 'x', env: [], egress: [], nodeSelector: NOWHERE } });
});
afterAll(async () => {
  for (const { process } of started) process.kill('SIGKILL');
  await node.remove();
  await dropNamespace(namespace);
});

async function start(identity: string): Promise<OperatorProcess> {
  const one = await startProcess(namespace, identity);
  started.push(one);
  return one;
}

test('lists all missing settings in one error', async () => {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  child.stderr.on('data', (data: Buffer) => {
    printed += data.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
  for (const name of ['NAMESPACE', 'GATEWAY_URL', 'RUN_TOKEN_KEY']) expect(printed).toContain(name);
});

test('takes over within 20 s after kill -9 of the leader, and leaves running pods alone', async () => {
  const first = await start('first');
  await until('the operator is ready', () => get(first, '/readyz'));
  await until('the first operator is the leader', () => isLeader(first));
  expect(await get(first, '/healthz')).toBe('ok\n');
  const second = await start('second');
  await until('the operator is ready', () => get(second, '/readyz'));

  const { metadata } = await submit(namespace, 'seq');
  const run = metadata.name;
  await node.running(namespace, run);
  await inPhase(namespace, run, 'Running');
  const next = (await submit(namespace, 'seq')).metadata.name;
  await until('the metrics have the run', async () =>
    (await get(first, '/metrics')).includes('sequencer_operator_runs{phase="Running"} 1'),
  );
  const figures = (text: string) => text.match(/^sequencer_operator_(runs|queue_depth|queue_held)\{/gm) ?? [];
  expect(figures(await get(first, '/metrics'))).not.toEqual([]);
  expect(figures(await get(second, '/metrics'))).toEqual([]);
  const before = await client.get(PODS, namespace, run);

  first.process.kill('SIGKILL');
  const killedAt = performance.now();
  await node.ended(namespace, run, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await until('the second operator is the leader', () => isLeader(second));
  await until('the pod of the next run exists', () => client.find(PODS, namespace, next));
  const took = performance.now() - killedAt;
  console.log(`takeover after kill -9, until the next pod is created: ${(took / 1000).toFixed(1)} s`);
  expect(took).toBeLessThan(20_000);
  const after = await client.get(PODS, namespace, run);
  expect([after.metadata.uid, after.metadata.deletionTimestamp]).toEqual([before.metadata.uid, undefined]);
  expect((await client.get(RUNS, namespace, run)).status?.phase).toBe('Succeeded');

  second.process.kill('SIGTERM');
  await once(second.process, 'exit');
  const lease = await until('the lease is released', () => client.get(LEASES, namespace, 'sequencer-operator'));
  expect(lease.spec?.holderIdentity).toBe('');
});
