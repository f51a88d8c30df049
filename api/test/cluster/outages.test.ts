/** A script keeps running, and its record becomes complete, while the API is stopped, reconfigured or loses its data. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Phase } from '@sequencer/model';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import {
  client,
  dropNamespace,
  inPhase,
  makeNamespace,
  makeSequencer,
  submit,
  until,
} from '@sequencer/testing/cluster/cluster';
import { NOWHERE } from '@sequencer/testing/cluster/fake-node';
import { HostNode } from '@sequencer/testing/cluster/host-node';
import { SETTINGS, startOperator, type RunningOperator } from '@sequencer/testing/cluster/operators';
import { Service } from '@sequencer/testing/cluster/api-processes';
import { startApi } from '@sequencer/testing/cluster/site';
import { ask, newDatabase } from '@sequencer/testing/api/running-api';
import type { Api } from '@sequencer/api/server';

let namespace: string;
let databaseUrl: string;
let operator: RunningOperator;
let service: Service;
let sequencer: string;
let sequencers = 0;
let api: Api | null = null;
const node = new HostNode();
const folder = mkdtempSync(join(tmpdir(), 'sequencer-outages-'));

beforeAll(async () => {
  namespace = await makeNamespace();
  service = await Service.start();
  await node.add();
  await node.serve(namespace);
  operator = await startOperator(namespace, { settings: { ...SETTINGS, gatewayUrl: service.url } });
});
beforeEach(async () => {
  await stopApi();
  databaseUrl = await newDatabase();
  await useApi();
  sequencer = `seq${String(++sequencers)}`;
  const runner = { image: 'localhost/none:1', env: [], egress: [], nodeSelector: NOWHERE };
  await makeSequencer(namespace, sequencer, { recordGraceSeconds: 60, runner });
});
afterAll(async () => {
  await operator.stop();
  await node.close();
  await stopApi();
  service.close();
  await dropNamespace(namespace);
  rmSync(folder, { recursive: true });
});

async function useApi(env: Record<string, string> = {}): Promise<void> {
  api = await startApi(databaseUrl, namespace, env);
  service.forwardTo(api);
}

async function stopApi(): Promise<void> {
  service.cut();
  await api?.close();
  api = null;
}

interface Run {
  id: string;
  number: number;
  phase: Phase;
  reason: string | null;
  output: { text: string }[];
}

async function find(id: string): Promise<Run> {
  if (!api) throw new Error('the API is stopped');
  const query = 'query ($id: ID!) { run(id: $id) { id number phase reason output { text } } }';
  return (await ask<{ run: Run }>(api, query, { id })).data.run;
}

const reaches = (id: string, phase: Phase) =>
  until(`the API shows ${phase}`, async () => {
    const run = (await find(id)) as Run | null;
    return run?.phase === phase && run;
  });

const textOf = (run: Run) => run.output.map(({ text }) => text).join('');

const fileOf = (name: string) => join(folder, `${sequencer}-${name}`);

/** Prints a line, waits until the test creates a file, and prints another one. */
const script = (name: string) => `
import os, time
print('first', flush=True)
open(${JSON.stringify(fileOf(`${name}.started`))}, 'w').close()
while not os.path.exists(${JSON.stringify(fileOf(`${name}.end`))}):
    time.sleep(0.02)
print('last', flush=True)
`;

async function startScript(name: string): Promise<{ id: string; object: string }> {
  const { metadata } = await submit(namespace, sequencer, { script: script(name) });
  await until(`the script ${name} is running`, () => existsSync(fileOf(`${name}.started`)));
  return { id: metadata.uid, object: metadata.name };
}

function endScript(name: string): void {
  writeFileSync(fileOf(`${name}.end`), '');
}

test('a runner connects with the key before the current one, which RUN_TOKEN_KEY_BEFORE names', async () => {
  const { id } = await startScript('a');
  await until('the API has the first line', async () => textOf(await find(id)) === 'first\n');

  await stopApi();
  const RUN_TOKEN_KEY = 'another key for the tests, of 32 characters or more';
  await useApi({ RUN_TOKEN_KEY, RUN_TOKEN_KEY_BEFORE: SETTINGS.runTokenKey });
  endScript('a');
  expect(textOf(await reaches(id, 'SUCCEEDED'))).toBe('first\nlast\n');
});

const conditionOf = async (object: string, type: string) =>
  (await client.get(RUNS, namespace, object)).status?.conditions?.find((condition) => condition.type === type);

test('a script that ends while the API is stopped is shown as ended, and its record is complete afterwards', async () => {
  const { id, object } = await startScript('a');
  await until('the API has the first line', async () => textOf(await find(id)) === 'first\n');
  await stopApi();
  endScript('a');
  const endedAt = performance.now();
  const { status } = await inPhase(namespace, object, 'Recording');
  // The promise is five seconds; a busy machine may take longer.
  expect(performance.now() - endedAt).toBeLessThan(10_000);
  expect(status?.reason).toMatch(
    /^The script has ended; its record waits for the API\. The next run can start at \d\d:\d\d:\d\d UTC, or when the record is stored\.$/,
  );
  expect(await conditionOf(object, 'RunnerConnected')).toMatchObject({ status: 'False', reason: 'Unconfirmed' });
  expect(await conditionOf(object, 'Recording')).toMatchObject({ status: 'True', message: status?.reason });

  await useApi();
  expect(textOf(await reaches(id, 'SUCCEEDED'))).toBe('first\nlast\n');
  await inPhase(namespace, object, 'Succeeded');
  // The end of the pod may be seen before the API has written that the record is complete.
  await until('the object shows that the record is complete', async () => {
    const condition = await conditionOf(object, 'Recording');
    return condition?.status === 'False' && condition.reason === 'Recorded';
  });
});

test('the next run starts after recordGraceSeconds without an API, and both records are complete afterwards', async () => {
  await client.merge(SEQUENCERS, namespace, sequencer, { spec: { recordGraceSeconds: 3 } });
  const first = await startScript('a');
  const next = await submit(namespace, sequencer, { script: script('b') });
  await until('the API has both', async () => (await find(next.metadata.uid)).number === 2);
  await stopApi();
  endScript('a');
  await inPhase(namespace, first.object, 'Recording');
  const { status } = await inPhase(namespace, first.object, 'Succeeded');
  expect(status).toMatchObject({ reason: 'All statements are done.', exitCode: 0 });
  expect(await conditionOf(first.object, 'Recording')).toMatchObject({ status: 'True', reason: 'QueueContinues' });
  await until('the next script is running', () => existsSync(fileOf('b.started')));

  await useApi();
  await until('the API has the record of the first', async () => {
    const run = await find(first.id);
    expect(run).toMatchObject({ number: 1, phase: 'SUCCEEDED' });
    return textOf(run) === 'first\nlast\n';
  });
  await until('its object is up to date', async () => {
    return (await conditionOf(first.object, 'Recording'))?.reason === 'Recorded';
  });
  endScript('b');
  expect(textOf(await reaches(next.metadata.uid, 'SUCCEEDED'))).toBe('first\nlast\n');
});

test('the outcome that a stopped API had stored alone is written to the object afterwards', async () => {
  const { metadata } = await submit(namespace, sequencer, { script: 'print("hello")\n' });
  await reaches(metadata.uid, 'SUCCEEDED');
  const runnerOf = async () => (await client.get(RUNS, namespace, metadata.name)).status?.runner;
  const written = await until('the object has the outcome', async () => {
    const runner = await runnerOf();
    return runner?.outcome !== undefined && runner;
  });
  await inPhase(namespace, metadata.name, 'Succeeded');
  await stopApi();
  // As if the API had ended before it wrote to the object.
  await client.merge(RUNS, namespace, metadata.name, { status: { runner: null } }, 'status');

  await useApi();
  await until('the object has the outcome again', async () => (await runnerOf())?.outcome !== undefined);
  expect(await runnerOf()).toEqual(written);
});

async function inDatabase(url: string, statement: string): Promise<void> {
  const connection = new pg.Client({ connectionString: url });
  await connection.connect();
  await connection.query(statement);
  await connection.end();
}

/** A copy of the database, as a backup and its restore make it. Nothing may be connected. */
async function copyOfDatabase(): Promise<string> {
  const url = new URL(databaseUrl);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  await inDatabase(url.href, `create database ${name}_backup template ${name}`);
  return `${databaseUrl}_backup`;
}

test(
  'after the restore of an older database, runs keep their numbers, and lost records are marked',
  { timeout: 240_000 },
  async () => {
    const lost = 'The record of this run was lost with the database.';
    const print = async () => {
      const { metadata } = await submit(namespace, sequencer, { script: 'print("hello")\n' });
      return metadata;
    };
    const recorded = async () => {
      const { uid, name } = await print();
      await reaches(uid, 'SUCCEEDED');
      await until('the object has the number of recorded events', async () => {
        const { runner } = (await client.get(RUNS, namespace, name)).status ?? {};
        return runner?.outcome !== undefined && (runner.lastSeq ?? 0) > 0;
      });
      return { uid, name };
    };
    const before = await recorded();
    await stopApi();
    const backup = await copyOfDatabase();
    await useApi();
    const ended = await recorded();
    const { id } = await startScript('a');
    await until('the API has the first line', async () => textOf(await find(id)) === 'first\n');

    await stopApi();
    databaseUrl = backup;
    await useApi();
    expect(await find(before.uid)).toMatchObject({ number: 1, reason: 'All statements are done.' });
    expect(await reaches(ended.uid, 'SUCCEEDED')).toMatchObject({
      number: 2,
      reason: `All statements are done. ${lost}`,
      output: [],
    });
    const next = await print();
    expect(await until('the API has the next run', () => find(next.uid))).toMatchObject({ number: 4 });
    endScript('a');
    const whole = await reaches(id, 'SUCCEEDED');
    expect(whole).toMatchObject({ number: 3, reason: 'All statements are done.' });
    expect(textOf(whole)).toBe('first\nlast\n');
    await reaches(next.uid, 'SUCCEEDED');

    // While the API runs, a row that disappears is inserted again.
    await inDatabase(databaseUrl, `delete from runs where id = '${before.uid}'`);
    expect(await reaches(before.uid, 'SUCCEEDED')).toMatchObject({
      number: 1,
      reason: `All statements are done. ${lost}`,
    });
  },
);
