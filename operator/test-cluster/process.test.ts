/** The operator as processes: one is killed, the other goes on; a script that runs does not notice. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LEASES, PODS, RUNS } from '@sequencer/kubernetes/resources';
import { client, dropNamespace, inPhase, makeNamespace, makeSequencer, submit, until } from './support/cluster.ts';
import { FakeNode, NOWHERE, outcome } from './support/fake-node.ts';

const MAIN = join(import.meta.dirname, '../src/main.ts');

interface OperatorProcess {
  process: ChildProcess;
  url: string;
}

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
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      NAMESPACE: namespace,
      GATEWAY_URL: 'ws://nowhere.invalid:8000/runner',
      RUN_TOKEN_KEY: 'a key for the tests, 32 characters or more',
      IDENTITY: identity,
      HOST: '127.0.0.1',
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', () => {
      reject(new Error(`the operator ${identity} ended at once`));
    });
    createInterface(child.stdout).on('line', (line) => {
      const said = JSON.parse(line) as { port?: number };
      if (said.port !== undefined) resolve(said.port);
    });
  });
  const one = { process: child, url: `http://127.0.0.1:${String(port)}` };
  started.push(one);
  return one;
}

async function get(operator: OperatorProcess, path: string): Promise<string> {
  const response = await fetch(operator.url + path);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${text}`);
  return text;
}

const leads = async (operator: OperatorProcess) =>
  (await get(operator, '/metrics')).includes('sequencer_operator_leads 1');

test('settings that are missing are named, all at once', async () => {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said += data.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
  for (const name of ['NAMESPACE', 'GATEWAY_URL', 'RUN_TOKEN_KEY']) expect(said).toContain(name);
});

test('after kill -9 of the leader the other goes on within 20 s, and touches no running pod', async () => {
  const first = await start('first');
  await until('it is ready', () => get(first, '/readyz'));
  await until('it leads', () => leads(first));
  expect(await get(first, '/healthz')).toBe('ok\n');
  const second = await start('second');
  await until('it is ready', () => get(second, '/readyz'));

  const { metadata } = await submit(namespace, 'seq');
  const run = metadata.name;
  await node.running(namespace, run);
  await inPhase(namespace, run, 'Running');
  const next = (await submit(namespace, 'seq')).metadata.name;
  expect(await get(first, '/metrics')).toContain('sequencer_operator_runs{phase="Running"} 1');
  const before = await client.get(PODS, namespace, run);

  first.process.kill('SIGKILL');
  const begun = performance.now();
  await node.ended(namespace, run, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await until('the second leads', () => leads(second));
  await until('the next run has its pod', () => client.find(PODS, namespace, next));
  const took = performance.now() - begun;
  console.log(`takeover after kill -9, until the next pod is made: ${(took / 1000).toFixed(1)} s`);
  expect(took).toBeLessThan(20_000);
  const after = await client.get(PODS, namespace, run);
  expect([after.metadata.uid, after.metadata.deletionTimestamp]).toEqual([before.metadata.uid, undefined]);
  expect((await client.get(RUNS, namespace, run)).status?.phase).toBe('Succeeded');

  second.process.kill('SIGTERM');
  await once(second.process, 'exit');
  const lease = await until('the lease is given back', () => client.get(LEASES, namespace, 'sequencer-operator'));
  expect(lease.spec?.holderIdentity).toBe('');
});
