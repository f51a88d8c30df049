/** Two replicas of the API on one database: the runner is connected to one, viewers to the other, and either may be killed. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, type Client } from 'graphql-ws';
import pg from 'pg';
import { WebSocket } from 'ws';
import { RUNS } from '@sequencer/kubernetes/resources';
import {
  client,
  dropNamespace,
  inPhase,
  makeNamespace,
  makeSequencer,
  until,
} from '@sequencer/testing/cluster/cluster';
import { NOWHERE } from '@sequencer/testing/cluster/fake-node';
import { SETTINGS, startOperator, type RunningOperator } from '@sequencer/testing/cluster/operators';
import { ask as askApi, newDatabase, type Answer } from '@sequencer/testing/api/running-api';
import { HostNode } from '@sequencer/testing/cluster/host-node';
import { Service, spawnApi, type ApiProcess } from '@sequencer/testing/cluster/api-processes';

let namespace: string;
let databaseUrl: string;
let operator: RunningOperator;
let service: Service;
let a: ApiProcess;
let b: ApiProcess;
const node = new HostNode();
const folder = mkdtempSync(join(tmpdir(), 'sequencer-replicas-'));

function ask<T>(api: ApiProcess, query: string, variables: Record<string, unknown> = {}): Promise<Answer<T>> {
  return askApi<T>(api, query, variables);
}

beforeAll(async () => {
  namespace = await makeNamespace();
  databaseUrl = await newDatabase();
  [a, b] = await Promise.all([spawnApi(databaseUrl, namespace), spawnApi(databaseUrl, namespace)]);
  service = await Service.start();
  service.forwardTo(a);
  await node.add();
  await node.serve(namespace);
  operator = await startOperator(namespace, { settings: { ...SETTINGS, gatewayUrl: service.url } });
  const runner = { image: 'localhost/none:1', env: [], egress: [], nodeSelector: NOWHERE };
  await makeSequencer(namespace, 'satp1', { recordGraceSeconds: 5, runner });
});
afterAll(async () => {
  await operator.stop();
  await node.close();
  await Promise.all([a.stop(), b.stop()]);
  service.close();
  await dropNamespace(namespace);
  rmSync(folder, { recursive: true });
});

/** Prints numbers, also into a file, until another file exists. */
const script = (name: string) => `
import os, time
count = 0
with open(${JSON.stringify(join(folder, name))}, 'w') as own:
    while not os.path.exists(${JSON.stringify(join(folder, `${name}.end`))}):
        own.write(f'{count}\\n')
        own.flush()
        print(count, flush=True)
        count += 1
        time.sleep(0.02)
`;

async function submit(api: ApiProcess, name: string): Promise<string> {
  return until('the run is submitted', async () => {
    const { data, errors } = await ask<{ submitRun: { id: string } }>(
      api,
      'mutation ($script: String!) { submitRun(input: { sequencer: "satp1", script: $script }) { id } }',
      { script: script(name) },
    );
    if (errors) throw new Error(errors[0]?.message);
    return data.submitRun.id;
  });
}

interface Run {
  phase: string;
  live: boolean;
  watchers: number;
  lastSeq: number;
  sequencer: { runner: { connected: boolean } };
}

async function runAt(api: ApiProcess, id: string): Promise<Run> {
  const { data } = await ask<{ run: Run }>(
    api,
    'query ($id: ID!) { run(id: $id) { phase live watchers lastSeq sequencer { runner { connected } } } }',
    { id },
  );
  return data.run;
}

const reaches = (api: ApiProcess, id: string, phase: string) =>
  until(`the phase is ${phase}`, async () => (await runAt(api, id)).phase === phase);
const command = async (api: ApiProcess, id: string, name: string) =>
  (await ask(api, `mutation ($id: ID!) { ${name}(id: $id) { id } }`, { id })).errors?.[0]?.extensions.code;

/** Subscribes to the output, as the pages do. */
function watch(api: ApiProcess, id: string): { text: () => string; close: () => Promise<void>; socket: Client } {
  let text = '';
  const socket = createClient({
    url: `${api.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const query = `subscription { output(run: "${id}") { text } }`;
  socket.subscribe<{ output: { text: string }[] }>(
    { query },
    {
      next: ({ data }) => {
        for (const part of data?.output ?? []) text += part.text;
      },
      error: () => undefined,
      complete: () => undefined,
    },
  );
  return {
    text: () => text,
    socket,
    close: async () => {
      await socket.dispose();
    },
  };
}

const numbers = (text: string) => text.trim().split('\n').map(Number);

test('a user at one replica follows and controls the runner at the other', async () => {
  const id = await submit(b, 'first');
  const watching = watch(b, id);
  await reaches(b, id, 'RUNNING');
  await until('lines arrive', () => numbers(watching.text()).length > 20);
  expect(await runAt(b, id)).toMatchObject({ live: true, sequencer: { runner: { connected: true } } });
  // A watcher at the other replica is counted here, too.
  const run = createClient({
    url: `${a.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  run.subscribe(
    { query: `subscription { run(id: "${id}") { phase } }` },
    { next: () => undefined, error: () => undefined, complete: () => undefined },
  );
  await until('the watcher is counted', async () => (await runAt(b, id)).watchers === 1);
  await run.dispose();
  await until('the watcher is no longer counted', async () => (await runAt(b, id)).watchers === 0);

  expect(await command(b, id, 'pauseRun')).toBeUndefined();
  await reaches(b, id, 'PAUSED');
  const evaluated = await ask<{ run: { traces: { id: number; prompt: { number: number } | null }[] } }>(
    b,
    'query ($id: ID!) { run(id: $id) { traces { id prompt { number } } } }',
    { id },
  );
  const prompt = evaluated.data.run.traces[0]?.prompt?.number;
  const { data } = await ask<{ evaluate: { text: string } }>(
    b,
    'mutation ($run: ID!, $prompt: Int!) { evaluate(run: $run, trace: 1, prompt: $prompt, expression: "6 * 7") { text } }',
    { run: id, prompt },
  );
  expect(data.evaluate.text).toBe('42');
  const stale = await ask(
    b,
    'mutation ($run: ID!) { evaluate(run: $run, trace: 1, prompt: 99, expression: "1") { text } }',
    { run: id },
  );
  expect(stale.errors?.[0]?.extensions.code).toBe('STALE_PROMPT');
  expect(await command(b, id, 'resumeRun')).toBeUndefined();
  await reaches(b, id, 'RUNNING');
  writeFileSync(join(folder, 'first.end'), '');
  await reaches(b, id, 'SUCCEEDED');
  const own = readFileSync(join(folder, 'first'), 'utf8');
  await until('the whole output has arrived', () => watching.text() === own);
  await watching.close();
});

test('loses and duplicates nothing when the replica with the runner is killed', async () => {
  const id = await submit(b, 'second');
  const watching = watch(b, id);
  await until('lines arrive', () => numbers(watching.text()).length > 20);
  const { name } = (await client.list(RUNS, namespace)).find(({ metadata }) => metadata.uid === id)?.metadata ?? {};
  const [killed] = [a];
  service.forwardTo(b);
  await killed.kill();
  const before = numbers(watching.text()).length;
  await until('lines arrive again', () => numbers(watching.text()).length > before + 50);
  expect(await command(b, id, 'pauseRun')).toBeUndefined();
  await reaches(b, id, 'PAUSED');
  await inPhase(namespace, name ?? '', 'Paused');
  expect(await command(b, id, 'resumeRun')).toBeUndefined();
  a = await spawnApi(databaseUrl, namespace);
  await until(
    'the new replica follows the run',
    async () => (await runAt(a, id)).live && (await runAt(a, id)).phase === 'RUNNING',
  );

  // A rolling upgrade: the replica closes the connection, and the runner reconnects to the other.
  service.forwardTo(a);
  const last = numbers(watching.text()).length;
  const socketClosed = new Promise<number>((resolve) => {
    watching.socket.on('closed', (event) => {
      resolve((event as { code: number }).code);
    });
  });
  await b.stop();
  expect(await socketClosed).toBe(1012);
  await watching.close();
  const after = watch(a, id);
  await until('lines arrive at the other replica', () => numbers(after.text()).length > last + 50);
  b = await spawnApi(databaseUrl, namespace);
  writeFileSync(join(folder, 'second.end'), '');
  await reaches(b, id, 'SUCCEEDED');
  const own = readFileSync(join(folder, 'second'), 'utf8');
  expect(numbers(own)).toEqual([...numbers(own).keys()]);
  await until('the whole output has arrived', () => after.text() === own);
  await after.close();
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  const { rows } = await database.query<{ seq: number }>('select seq from events where run = $1 order by seq', [id]);
  await database.end();
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
  await inPhase(namespace, name ?? '', 'Succeeded');
});

/** As a replica does when its runner disconnects. */
async function releaseLease(run: string): Promise<void> {
  const db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
  await db.query('delete from seats where run = $1', [run]);
  await db.end();
}

test.each([
  ['third', 'before it noticed', () => Promise.resolve()],
  ['fourth', 'after it released its lease, and before it updated the object', releaseLease],
])(
  'a command for a runner without a connection fails within 2 s; its replica was killed: %s, %s',
  async (name, _when, afterKill) => {
    service.forwardTo(a);
    const id = await submit(b, name);
    await until('the script runs', () => existsSync(join(folder, name)));
    await reaches(b, id, 'RUNNING');
    service.cut();
    await a.kill();
    await afterKill(id);
    const sentAt = performance.now();
    expect(await command(b, id, 'pauseRun')).toBe('RUNNER_AWAY');
    // Within 2 s. A command that waits for a runner's reply would take 7 s.
    expect(performance.now() - sentAt).toBeLessThan(4000);
    await until('the API shows that the runner is disconnected', async () => !(await runAt(b, id)).live);
    const { metadata } = (await client.list(RUNS, namespace)).find(({ metadata }) => metadata.uid === id) ?? {};
    await until('the object shows no connected runner', async () => {
      const { status } = await client.get(RUNS, namespace, metadata?.name ?? '');
      return !status?.runner?.connected;
    });
    a = await spawnApi(databaseUrl, namespace);
    // Interrupting works without a connection.
    const { errors } = await ask(b, 'mutation ($id: ID!) { stopRun(id: $id, level: INTERRUPT) { id } }', { id });
    expect(errors).toBeUndefined();
    await inPhase(namespace, metadata?.name ?? '', 'Interrupted');
    await reaches(b, id, 'INTERRUPTED');
  },
);
