/** A run is deleted and another is created with its name, as by `kubectl replace --force`. The two are never mixed up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUNS } from '@sequencer/kubernetes/resources';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { client, makeNamespace, until, dropNamespace } from '@sequencer/testing/cluster/cluster';
import { Cluster } from '../../src/backends/kubernetes/cluster.ts';
import { StatusWriter } from '../../src/backends/kubernetes/status-writer.ts';
import { makeLog } from '../../src/lib/log.ts';
import { LiveRuns } from '../../src/runs/live-runs.ts';
import { openDatabase } from '../../src/store/database.ts';
import { findRun } from '../../src/store/run-store.ts';
import { FIRST_RECORD, FIRST_RUN } from '@sequencer/testing/api/first-record';
import { ask, newDatabase } from '@sequencer/testing/api/running-api';
import { addSequencer, makeSite, type Site } from '@sequencer/testing/cluster/site';

let site: Site;

beforeAll(async () => {
  site = await makeSite();
  await addSequencer(site, 'satp1', { recordGraceSeconds: 1 });
});
afterAll(() => site.close());

const NAME = 'moon';

const make = (script: string): Promise<SequencerRun> =>
  client.create(RUNS, site.namespace, { metadata: { name: NAME }, spec: { sequencer: 'satp1', script } } as never);

async function replace({ metadata }: SequencerRun, script: string): Promise<SequencerRun> {
  await client.remove(RUNS, site.namespace, metadata);
  await until('the name is free', async () => (await client.find(RUNS, site.namespace, NAME)) === null);
  return make(script);
}

interface Run {
  phase: string;
  exitCode: number | null;
  output: { text: string }[];
}

/** The outcome and the output of the run, once it has ended in both places. */
async function ended({ metadata }: SequencerRun) {
  return until('the run has ended in both places', async () => {
    const { data } = await ask<{ run: Run | null }>(
      site.api,
      'query ($id: ID!) { run(id: $id) { phase exitCode output { text } } }',
      { id: metadata.uid },
    );
    const { status } = await client.get(RUNS, site.namespace, NAME);
    if (!data.run || data.run.exitCode === null || status?.finishedAt === undefined) return null;
    const { phase, exitCode, output } = data.run;
    return { phase, exitCode, objectExitCode: status.exitCode, printed: output.map(({ text }) => text).join('') };
  });
}

test('each run has its own outcome and output', async () => {
  let run = await make('print(0)\n');
  for (let i = 1; i <= 4; i++) {
    // Replaced while its outcome may still be on the way to the cluster.
    await until(
      'the run has ended',
      async () => (await client.get(RUNS, site.namespace, NAME)).status?.phase === 'Succeeded',
    );
    run = await replace(run, `print(${String(i)})\n`);
    expect(await ended(run)).toEqual({ phase: 'SUCCEEDED', exitCode: 0, objectExitCode: 0, printed: `${String(i)}\n` });
  }
});

test('the state of a deleted run is not written to the other, with and without an up-to-date cache', async () => {
  const namespace = await makeNamespace();
  const database = await openDatabase(await newDatabase(), makeLog('silent'));
  await database.db.execute(FIRST_RECORD);
  const row = (await findRun(database.db, FIRST_RUN))!;
  const live = await new LiveRuns(database.db).open({ ...row, object: NAME });
  // The cache still has the deleted run.
  live.view.outcome = 'KILLED';
  live.connected = true;
  const cluster = new Cluster(
    client,
    namespace,
    { sequencerChanged: () => undefined, runChanged: () => undefined, reachabilityChanged: () => undefined },
    makeLog('silent'),
  );
  const writer = new StatusWriter(cluster, makeLog('silent'), () => live);
  const spec = { sequencer: 'satp1', script: 'print(1)\n' };
  const { metadata } = await client.create(RUNS, namespace, { metadata: { name: NAME }, spec } as never);
  const runnerOf = async () => (await client.get(RUNS, namespace, NAME)).status?.runner;
  try {
    writer.touch(FIRST_RUN);
    await sleep(1000);
    expect(await runnerOf()).toBeUndefined();
    await cluster.begin(10_000);
    writer.touch(FIRST_RUN);
    await sleep(1500);
    expect(await runnerOf()).toBeUndefined();
    // Its own state is written.
    live.row.id = metadata.uid;
    writer.touch(metadata.uid);
    await until('the state is written', async () => (await runnerOf())?.outcome === 'Killed', 5000);
  } finally {
    writer.close();
    await cluster.close();
    await database.close();
    await dropNamespace(namespace);
  }
});

test('a change of a deleted run does not change the other', async () => {
  const namespace = await makeNamespace();
  const spec = { sequencer: 'satp1', script: 'print(1)\n' };
  const { metadata } = await client.create(RUNS, namespace, { metadata: { name: NAME }, spec } as never);
  const deleted = { name: NAME, uid: crypto.randomUUID() };
  const patch = { spec: { desiredState: 'Cancelled' } };
  await expect(client.mergeInto(RUNS, namespace, deleted, patch)).rejects.toMatchObject({ status: 404 });
  expect((await client.get(RUNS, namespace, NAME)).spec.desiredState).toBe('Queued');
  await client.mergeInto(RUNS, namespace, metadata, patch);
  expect((await client.get(RUNS, namespace, NAME)).spec.desiredState).toBe('Cancelled');
  await dropNamespace(namespace);
});
