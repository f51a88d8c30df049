/** Estimates from the record: the time of a request without a runner, and what else the API answers meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { statementHash } from '@sequencer/api/estimates/statement-hash';
import { statementKeys } from '@sequencer/model/estimates/statement-keys';
import { spawnApiProcess } from '@sequencer/testing/api/api-process';
import { report } from './lib/figures.ts';
import { quantile } from './lib/numbers.ts';
import type { Product } from './product.ts';

const STATEMENTS = 500;
const RECORDED = 10_000;
const BYTES = 500_000;
const WARM_UP = 20;
const TIMES = 200;

const ESTIMATE = `query ($script: String!) { estimate(sequencer: "satp1", script: $script, startAt: "2026-06-01T22:00:00Z") {
  statements { index firstLine typicalSeconds lowSeconds highSeconds basis expectedEnd } totalSeconds expectedEnd } }`;

/** As the scheduler writes them. Another `title` is another text, which the API has to read again. */
function schedule(statements: number, title: string): string {
  const lines = [`# ${title}\nimport sorunlib as run\n`];
  for (let i = 1; i < statements; i++) {
    if (i % 10 === 0) lines.push(`run.smurf.bias_step(concurrent=True, tag='part ${String(i)}')\n`);
    else
      lines.push(
        `run.acu.move_to(az=${String((i * 7) % 360)}.25, el=${String(40 + (i % 20))}.0)  # field ${String(i)}\n`,
      );
  }
  return lines.join('');
}

/** Records each key of the schedule, and keys of other schedules up to the number. */
async function record(databaseUrl: string): Promise<void> {
  const used = statementKeys(schedule(STATEMENTS, ''), statementHash).flatMap(({ exact, general }) => [exact, general]);
  const keys = new Set(used.filter((key) => key !== null));
  for (let i = 0; keys.size < RECORDED; i++) keys.add(`run.acu.move_to(${statementHash(String(i))})`);
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(
    `insert into statement_durations (sequencer, key, seconds, runs, typical_seconds, low_seconds, high_seconds, basis, at)
     select 'satp1', key, array_fill(30.5::float8, array[20]), array_fill(7, array[20]), 30.5, 28, 35, 20, now()
     from unnest($1::text[]) key`,
    [[...keys]],
  );
  await client.query('analyze statement_durations');
  await client.end();
}

async function ask(url: string, query: string, variables: Record<string, unknown> = {}): Promise<number> {
  const begin = performance.now();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { errors } = (await response.json()) as { errors?: { message: string }[] };
  if (errors?.[0]) throw new Error(errors[0].message);
  return performance.now() - begin;
}

/** On an API of its own, to which no runner connects. */
export async function estimates({ stack }: Product): Promise<void> {
  const own = new URL(stack.databaseUrl);
  const client = new pg.Client(stack.databaseUrl);
  await client.connect();
  await client.query('create database estimates');
  await client.end();
  own.pathname = 'estimates';
  const api = await spawnApiProcess({
    DATABASE_URL: own.href,
    RUNNER_TOKEN: 'unused-in-this-benchmark',
    SEQUENCERS: 'satp1',
  });
  try {
    await record(own.href);
    await schedules(api.url);
    await longQueue(api.url);
    await largeScripts(api.url);
  } finally {
    await api.stop();
  }
}

async function schedules(url: string): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < WARM_UP + TIMES; i++) {
    const taken = await ask(url, ESTIMATE, { script: schedule(STATEMENTS, `night ${String(i)}`) });
    if (i >= WARM_UP) times.push(taken);
  }
  const p95 = quantile(times, 0.95);
  report(
    'estimate of 500 statements, 10,000 recorded, no runner',
    `p50 ${quantile(times, 0.5).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
    'p95 under 100 ms',
    p95 < 100,
  );
}

async function longQueue(url: string): Promise<void> {
  const inputs = [{ sequencer: 'satp1', script: schedule(STATEMENTS, 'queued'), start: 'QUEUED' }];
  const submit = 'mutation ($inputs: [SubmitRunInput!]!) { submitRuns(inputs: $inputs, copies: 1000) { id } }';
  await ask(url, submit, { inputs });
  await ask(url, 'mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
  const list = (fields: string) => `{ sequencer(name: "satp1") { queue { id ${fields} } } }`;
  const [plain, planned]: [number[], number[]] = [[], []];
  for (let i = 0; i < 20; i++) {
    plain.push(await ask(url, list('title version')));
    planned.push(await ask(url, list('expectedStart expectedEnd')));
    // A plan is used again for a second.
    await sleep(1000);
  }
  const p95 = quantile(planned, 0.95);
  report(
    'a queue of 1000 runs with their expected times',
    `p50 ${quantile(planned, 0.5).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms; with two other fields p95 ${quantile(plain, 0.95).toFixed(0)} ms`,
    'p95 under 500 ms',
    p95 < 500,
  );
}

async function largeScripts(url: string): Promise<void> {
  const answers: number[] = [];
  const ended = new AbortController();
  const querying = (async () => {
    while (!ended.signal.aborted) {
      answers.push(await ask(url, '{ me { name } }'));
      await sleep(5);
    }
  })();
  const script = schedule(BYTES / 60, '');
  const times: number[] = [];
  // Without the statements: writing their 3 MB as JSON blocks the event loop, which is not what is measured here.
  const total = 'query ($script: String!) { estimate(sequencer: "satp1", script: $script) { totalSeconds } }';
  for (let i = 0; i < 20; i++) times.push(await ask(url, total, { script: `${script}# ${String(i)}\n` }));
  ended.abort();
  await querying;
  const p95 = quantile(answers, 0.95);
  report(
    `a trivial query while scripts of ${(script.length / 1000).toFixed(0)} kB are estimated`,
    `p95 ${p95.toFixed(0)} ms; an estimate p50 ${quantile(times, 0.5).toFixed(0)} ms`,
    'p95 under 50 ms',
    p95 < 50,
  );
}
