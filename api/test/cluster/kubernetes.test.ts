/** Runs in a cluster: commands through the API and with kubectl have the same effect in both places. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONFIG_MAPS, PODS, RUNS, SEQUENCERS, pathOf } from '@sequencer/kubernetes/resources';
import { runToken } from '@sequencer/kubernetes/run-token';
import type { Phase } from '@sequencer/model';
import { client, inPhase, submit as create, until } from '@sequencer/testing/cluster/cluster';
import { SETTINGS } from '@sequencer/testing/cluster/operators';
import { TestRunner, ask, submit as submitAt } from '@sequencer/testing/api/running-api';
import { addSequencer, makeSite, sequencerObject, type Site } from '@sequencer/testing/cluster/site';

let site: Site;
let sequencers = 0;

beforeAll(async () => {
  site = await makeSite();
});
afterAll(() => site.close());

interface Run {
  id: string;
  number: number;
  title: string | null;
  phase: Phase;
  reason: string | null;
  submittedBy: string;
  exitCode: number | null;
  script: string;
  live: boolean;
  breakpoints: { line: number }[];
  output: { text: string }[];
}

const FIELDS = 'id number title phase reason submittedBy exitCode script live breakpoints { line } output { text }';

async function newSequencer(mode: 'Off' | 'Queue' = 'Queue'): Promise<string> {
  const name = `seq${String(++sequencers)}`;
  await addSequencer(site, name, { mode });
  return name;
}

async function find(id: string): Promise<Run> {
  const { data } = await ask<{ run: Run }>(site.api, `query ($id: ID!) { run(id: $id) { ${FIELDS} } }`, { id });
  return data.run;
}

const reaches = (id: string, phase: Phase) =>
  until(`the API shows ${phase}`, async () => {
    const run = await find(id);
    if (run.phase !== phase) throw new Error(`the phase is ${run.phase}: ${run.reason ?? ''}`);
    return run;
  });

async function submit(sequencer: string, script: string, more: Record<string, unknown> = {}): Promise<string> {
  const { data, errors } = await submitAt(site.api, { sequencer, script, ...more });
  if (errors) throw new Error(errors[0]?.message);
  return data.submitRun.id;
}

const mutate = (mutation: string, variables: Record<string, unknown>) =>
  ask<Record<string, unknown>>(site.api, mutation, variables);
const pause = 'mutation ($id: ID!) { pauseRun(id: $id) { id } }';
const resume = 'mutation ($id: ID!) { resumeRun(id: $id) { id } }';

async function objectOf(id: string) {
  const all = await client.list(RUNS, site.namespace);
  const found = all.find(({ metadata }) => metadata.uid === id);
  if (!found) throw new Error(`there is no object with the uid ${id}`);
  return found;
}

const merge = (name: string, patch: unknown) => client.merge(RUNS, site.namespace, name, patch);

interface SequencerState {
  mode: string;
  modeReason: string | null;
  modeChangedBy: string | null;
  queue: { id: string; reason: string }[];
  activeRun: { id: string } | null;
  runner: { runnerPerRun: boolean; connected: boolean };
}

async function stateOf(name: string): Promise<SequencerState> {
  const { data } = await ask<{ sequencer: SequencerState }>(
    site.api,
    `query ($name: String!) { sequencer(name: $name) { mode modeReason modeChangedBy queue { id reason } activeRun { id }
      runner { runnerPerRun connected } } }`,
    { name },
  );
  return data.sequencer;
}

const LOOP = `
import os, time
while not os.path.exists('PATH'):
    print('line', flush=True)
    time.sleep(0.05)
`;

describe('a run', () => {
  test('from kubectl appears in the API, and its outcome in both places', async () => {
    const sequencer = await newSequencer();
    const created = await create(site.namespace, sequencer, { title: 'from git', script: 'print("hello")\n' });
    const id = created.metadata.uid;
    // The guarantee is one second; a busy machine may take longer.
    await until('the API has the run', () => find(id), 5000);
    const run = await reaches(id, 'SUCCEEDED');
    expect(run).toMatchObject({ number: 1, title: 'from git', submittedBy: 'kubectl', script: 'print("hello")\n' });
    expect(run.output.map(({ text }) => text).join('')).toBe('hello\n');
    await inPhase(site.namespace, created.metadata.name, 'Succeeded');
    await until('the object has the whole outcome', async () => {
      const { status } = await client.get(RUNS, site.namespace, created.metadata.name);
      expect(status).toMatchObject({
        number: 1,
        runner: { outcome: 'Succeeded', exitCode: 0, connected: false },
        position: { statement: 1, of: 1, progress: '1/1' },
      });
      return true;
    });
  });

  test('from the API becomes one object with its user, also if the same requestId is sent twice', async () => {
    const sequencer = await newSequencer('Off');
    const more = { title: 'a scan', start: 'QUEUED', requestId: 'one click', arguments: ['x'], holdOnFailure: true };
    const [id, again] = await Promise.all([
      submit(sequencer, 'print(1)\n', more),
      submit(sequencer, 'print(1)\n', more),
    ]);
    expect(again).toBe(id);
    const { metadata, spec } = await objectOf(id);
    expect(metadata.annotations).toMatchObject({ 'sequencer.dev/submitted-by': 'tester' });
    expect(metadata.labels).toEqual({ 'sequencer.dev/sequencer': sequencer });
    expect(spec).toMatchObject({
      sequencer,
      title: 'a scan',
      arguments: ['x'],
      desiredState: 'Queued',
      holdOnFailure: true,
    });
    expect(await find(id)).toMatchObject({ phase: 'QUEUED', submittedBy: 'tester' });
  });

  test('stops at breakpoints that were set while it was queued, and begins at startAt', async () => {
    const sequencer = await newSequencer('Off');
    const script = 'print("left out")\nx = 1\ny = 2\nprint("end")\n';
    const id = await submit(sequencer, script, { start: 'QUEUED', startAt: 1 });
    const { errors } = await mutate(
      'mutation ($run: ID!) { setBreakpoints(run: $run, breakpoints: [{ line: 3 }]) { line } }',
      { run: id },
    );
    expect(errors).toBeUndefined();
    await mutate('mutation ($s: String!) { setMode(sequencer: $s, mode: QUEUE) { name } }', { s: sequencer });
    await reaches(id, 'PAUSED');
    expect((await find(id)).reason).toContain('breakpoint in line 3');
    expect((await mutate(resume, { id })).errors).toBeUndefined();
    const run = await reaches(id, 'SUCCEEDED');
    expect(run.output.map(({ text }) => text).join('')).toBe('end\n');
  });

  test('can be paused with kubectl and resumed through the API, and the other way round', async () => {
    const sequencer = await newSequencer();
    const stop = `/tmp/${sequencer}-${site.namespace}`;
    const id = await submit(sequencer, LOOP.replace('PATH', stop));
    await reaches(id, 'RUNNING');
    const { metadata } = await objectOf(id);
    await merge(metadata.name, { spec: { desiredState: 'Paused' } });
    await reaches(id, 'PAUSED');
    await inPhase(site.namespace, metadata.name, 'Paused');
    expect((await mutate(resume, { id })).errors).toBeUndefined();
    await reaches(id, 'RUNNING');
    const desired = async (state: string) => {
      await until(`desiredState is ${state}`, async () => (await objectOf(id)).spec.desiredState === state);
    };
    await desired('Running');
    expect((await mutate(pause, { id })).errors).toBeUndefined();
    await reaches(id, 'PAUSED');
    await desired('Paused');
    await merge(metadata.name, { spec: { desiredState: 'Running' } });
    await reaches(id, 'RUNNING');
    const { errors } = await mutate('mutation ($id: ID!) { stopRun(id: $id, level: INTERRUPT) { id } }', { id });
    expect(errors).toBeUndefined();
    await reaches(id, 'INTERRUPTED');
    await inPhase(site.namespace, metadata.name, 'Interrupted');
    await until('the mode is Off', async () => (await stateOf(sequencer)).mode === 'OFF');
  });

  test('that is cancelled with kubectl runs its clean-up, whose output is in the record', async () => {
    const sequencer = await newSequencer();
    const script =
      'import time\ntry:\n    print("on", flush=True)\n    time.sleep(600)\nfinally:\n    print("parked")\n';
    const id = await submit(sequencer, script);
    await until('the script has printed something', async () => (await find(id)).output.length > 0);
    await merge((await objectOf(id)).metadata.name, { spec: { desiredState: 'Cancelled' } });
    const run = await reaches(id, 'INTERRUPTED');
    expect(run.output.map(({ text }) => text).join('')).toContain('on\nparked\n');
  });

  test('with a script from a ConfigMap shows the script once its runner has sent it', async () => {
    const sequencer = await newSequencer();
    const text = 'print("from a map")\nimport time\ntime.sleep(1)\n';
    await client.create(CONFIG_MAPS, site.namespace, { metadata: { name: sequencer }, data: { 'night.py': text } });
    const scriptFrom = { configMapKeyRef: { name: sequencer, key: 'night.py' } };
    const { metadata } = await create(site.namespace, sequencer, { scriptFrom });
    await until('the API has the script', async () => (await find(metadata.uid)).script === text);
    await reaches(metadata.uid, 'SUCCEEDED');
  });

  test('whose runner is killed gets the reason from the cluster', async () => {
    const sequencer = await newSequencer();
    const id = await submit(sequencer, 'import time\nprint("on", flush=True)\ntime.sleep(600)\n');
    await until('the script has printed something', async () => (await find(id)).output.length > 0);
    const { metadata } = await objectOf(id);
    site.node.kill(await client.get(PODS, site.namespace, metadata.name));
    const run = await reaches(id, 'KILLED');
    expect(run.reason).toContain('used more memory than its limit');
    expect(run.exitCode).toBe(137);
  });

  test('whose pod is evicted has the reason in both places', async () => {
    const sequencer = await newSequencer();
    const id = await submit(sequencer, 'import time\nprint("on", flush=True)\ntime.sleep(600)\n');
    await until('the script has printed something', async () => (await find(id)).output.length > 0);
    const { name } = (await objectOf(id)).metadata;
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: site.namespace } };
    const path = pathOf(PODS, site.namespace, name, 'eviction');
    (await client.open('POST', path, { body, signal: AbortSignal.timeout(10_000) })).resume();
    await reaches(id, 'INTERRUPTED');
    await until('both have the same reason', async () => {
      const [{ reason }, { status }] = await Promise.all([find(id), objectOf(id)]);
      expect(reason).toMatch(
        /^Interrupted by the system.* The pod was evicted through the Eviction API, for example by kubectl drain\.$/,
      );
      return reason === status?.reason;
    });
  });

  test('shows the host name of its sequencer, also before the first runner connects', async () => {
    const sequencer = await newSequencer('Off');
    const hostname = async () =>
      (await ask<{ sequencer: { hostname: string } }>(site.api, `{ sequencer(name: "${sequencer}") { hostname } }`))
        .data.sequencer.hostname;
    expect(await hostname()).toBe(`daq-${sequencer}-sequencer`);
    await client.merge(SEQUENCERS, site.namespace, sequencer, { spec: { runner: { hostname: 'daq-of-the-site' } } });
    await until('the API has the new host name', async () => (await hostname()) === 'daq-of-the-site');
  });

  test('is Cancelled if it is deleted while queued, and stays in the history if it has ended', async () => {
    const sequencer = await newSequencer('Off');
    const queued = await submit(sequencer, 'print(1)\n', { start: 'QUEUED' });
    const ended = await submit(sequencer, 'print(2)\n', { start: 'RUNNING' });
    await reaches(ended, 'SUCCEEDED');
    for (const id of [queued, ended]) {
      const { metadata } = await objectOf(id);
      await inPhase(site.namespace, metadata.name, id === ended ? 'Succeeded' : 'Queued');
      await client.remove(RUNS, site.namespace, metadata);
      await until(
        'the object is deleted',
        async () => (await client.find(RUNS, site.namespace, metadata.name)) === null,
      );
    }
    expect((await reaches(queued, 'CANCELLED')).reason).toContain('deleted');
    expect(await find(ended)).toMatchObject({ phase: 'SUCCEEDED', output: [{ text: '2\n' }] });
  });
});

test('the object of an ended run has its last line, also of a script that is too fast to report each', async () => {
  const sequencer = await newSequencer();
  const lines = 3000;
  const id = await submit(sequencer, 'x = 1\n'.repeat(lines));
  await reaches(id, 'SUCCEEDED');
  await until('the object has the outcome', async () => {
    const { status } = await objectOf(id);
    return status?.runner?.outcome !== undefined && status.phase === 'Succeeded';
  });
  expect((await objectOf(id)).status?.position).toMatchObject({ line: lines, statement: lines, of: lines });
});

describe('the queue', () => {
  test('has the order of the objects, and can be reordered and cancelled through the API', async () => {
    const sequencer = await newSequencer('Off');
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push(await submit(sequencer, `print(${String(i)})\n`, { start: 'QUEUED' }));
    const inOrder = async (...order: number[]) => {
      await until(`the queue is ${order.join()}`, async () => {
        const { queue } = await stateOf(sequencer);
        return queue.map(({ id }) => ids.indexOf(id)).join() === order.join();
      });
    };
    await inOrder(0, 1, 2, 3);
    await mutate('mutation ($run: ID!) { moveInQueue(run: $run, position: 1) { name } }', { run: ids[3] });
    await inOrder(0, 3, 1, 2);
    const first = await objectOf(ids[2] ?? '');
    await merge(first.metadata.name, { metadata: { annotations: { 'sequencer.dev/place': '0' } } });
    await inOrder(2, 0, 3, 1);
    const { errors } = await mutate('mutation ($id: ID!) { cancelRun(id: $id) { phase } }', { id: ids[0] });
    expect(errors).toBeUndefined();
    await inOrder(2, 3, 1);
    await reaches(ids[0] ?? '', 'CANCELLED');
    await inPhase(site.namespace, (await objectOf(ids[0] ?? '')).metadata.name, 'Cancelled');
  });

  test('is held after a failure, and resumes when the mode is set', async () => {
    const sequencer = await newSequencer();
    const failed = await submit(sequencer, 'raise ValueError("no")\n');
    const next = await submit(sequencer, 'print("next")\n', { start: 'QUEUED' });
    await reaches(failed, 'FAILED');
    await until('the API shows why', async () => {
      expect(await stateOf(sequencer)).toMatchObject({
        modeReason: 'Mode set to Off because run 1 failed.',
        activeRun: null,
        queue: [{ id: next, reason: expect.stringContaining('Set the mode to Queue') as string }],
        runner: { runnerPerRun: true, connected: false },
      });
      return true;
    });
    await mutate('mutation ($s: String!) { setMode(sequencer: $s, mode: QUEUE) { name } }', { s: sequencer });
    await reaches(next, 'SUCCEEDED');
    await until('the API shows who set the mode', async () => {
      expect(await stateOf(sequencer)).toMatchObject({
        mode: 'QUEUE',
        modeReason: 'Set to Queue by tester.',
        modeChangedBy: 'tester',
      });
      return true;
    });
    expect((await sequencerObject(site, sequencer)).spec.mode).toBe('Queue');

    // The user who had set the same mode before is not shown.
    for (const mode of ['Off', 'Queue'] as const) {
      await client.merge(SEQUENCERS, site.namespace, sequencer, { spec: { mode } });
      await until(`the mode ${mode} is set by kubectl`, async () => {
        const { modeReason, modeChangedBy } = await stateOf(sequencer);
        return modeReason === `Set to ${mode} by kubectl.` && modeChangedBy === 'kubectl';
      });
    }
  });
});

test('keeps a mode that a user set when a tool writes its value again', async () => {
  const sequencer = await newSequencer();
  const argo = { manager: 'argocd-controller' };
  const sync = () => client.apply(SEQUENCERS, site.namespace, sequencer, { spec: { mode: 'Queue' } }, argo);
  const shows = (mode: string, modeReason: string) =>
    until(`${sequencer} shows ${modeReason}`, async () => {
      const state = await stateOf(sequencer);
      return state.mode === mode && state.modeReason === modeReason;
    });
  await sync();
  await shows('QUEUE', 'Set to Queue by kubectl.');
  await mutate('mutation ($s: String!) { setMode(sequencer: $s, mode: OFF, reason: "clouds") { name } }', {
    s: sequencer,
  });
  await shows('OFF', 'Set to Off by tester: clouds');
  await sync();
  await shows('OFF', 'Queue from argocd-controller has no effect. Set to Off by tester: clouds');
  await mutate('mutation ($s: String!) { setMode(sequencer: $s, mode: QUEUE) { name } }', { s: sequencer });
  await shows('QUEUE', 'Set to Queue by tester.');
  const { metadata } = await sequencerObject(site, sequencer);
  const managers = new Set(metadata.managedFields?.map(({ manager }) => manager));
  expect(managers).toEqual(new Set(['argocd-controller', 'kubectl-patch', 'sequencer-api', 'sequencer-operator']));
});

describe('the gateway', () => {
  const hello = (token: string, runs: { run: string; lastSeq: number; ended: boolean }[] = []) =>
    TestRunner.connect(site.api, runs, { token, sequencer: 'seq1' });

  test('refuses a token of another key, and a run of another token', async () => {
    const uid = '00000000-0000-4000-8000-000000000000';
    await expect(hello(runToken('another key, of 32 characters or more', uid))).rejects.toThrow('401');
    const other = await hello(runToken(SETTINGS.runTokenKey, uid), [
      { run: crypto.randomUUID(), lastSeq: 1, ended: false },
    ]);
    expect(await other.closed()).toBe(4001);
  });
});
