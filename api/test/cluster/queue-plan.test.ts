/** Queued runs in a cluster that are edited, held or delayed: through the API and with kubectl. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { client, until } from '@sequencer/testing/cluster/cluster';
import { Browser } from '@sequencer/testing/api/browser';
import { ask } from '@sequencer/testing/api/running-api';
import { addSequencer, makeSite, type Site } from '@sequencer/testing/cluster/site';

let site: Site;
let sequencers = 0;

beforeAll(async () => {
  site = await makeSite();
});
afterAll(() => site.close());

async function newSequencer(mode: 'Off' | 'Queue' = 'Off'): Promise<string> {
  const name = `seq${String(++sequencers)}`;
  await addSequencer(site, name, { mode });
  return name;
}

const FIELDS = `id title phase reason script version editedBy window { notBefore notAfter } onHold { by reason }
  output { text }`;

interface Run {
  id: string;
  title: string | null;
  phase: string;
  reason: string | null;
  script: string;
  version: number;
  editedBy: string | null;
  window: { notBefore: string | null; notAfter: string | null } | null;
  onHold: { by: string; reason: string | null } | null;
  output: { text: string }[];
}

async function change(mutation: string, variables: Record<string, unknown>): Promise<string> {
  const { errors } = await ask(site.api, mutation, variables);
  return errors?.[0]?.extensions.code ?? '';
}

const edit = (id: string, input: Record<string, unknown>) =>
  change('mutation ($id: ID!, $input: EditRunInput!) { editRun(id: $id, input: $input) { id } }', { id, input });
const hold = (id: string, reason?: string) =>
  change('mutation ($id: ID!, $reason: String) { holdRun(id: $id, reason: $reason) { id } }', { id, reason });
const release = (id: string) => change('mutation ($id: ID!) { releaseRun(id: $id) { id } }', { id });

async function submitAll(inputs: Record<string, unknown>[], copies = 1): Promise<string[]> {
  const { data, errors } = await ask<{ submitRuns: { id: string }[] }>(
    site.api,
    'mutation ($inputs: [SubmitRunInput!]!, $copies: Int) { submitRuns(inputs: $inputs, copies: $copies) { id } }',
    { inputs: inputs.map((input) => ({ start: 'QUEUED', ...input })), copies },
  );
  if (errors) throw new Error(errors[0]?.message);
  return data.submitRuns.map(({ id }) => id);
}

async function submit(sequencer: string, script: string, more: Record<string, unknown> = {}): Promise<string> {
  const [id = ''] = await submitAll([{ sequencer, script, ...more }]);
  return id;
}

async function find(id: string): Promise<Run> {
  const { data, errors } = await ask<{ run: Run }>(site.api, `query ($id: ID!) { run(id: $id) { ${FIELDS} } }`, { id });
  if (errors) throw new Error(errors[0]?.message);
  return data.run;
}

const shows = (id: string, part: Partial<Run>) =>
  until(`the API shows ${JSON.stringify(part)}`, async () => {
    const run = await find(id);
    expect(run).toMatchObject(part);
    return run;
  });

async function objectOf(id: string) {
  const found = (await client.list(RUNS, site.namespace)).find(({ metadata }) => metadata.uid === id);
  if (!found) throw new Error(`there is no object with the uid ${id}`);
  return found;
}

async function kubectl(id: string, spec: object): Promise<void> {
  await client.merge(RUNS, site.namespace, (await objectOf(id)).metadata.name, { spec });
}

async function setMode(name: string, mode: 'Off' | 'Queue'): Promise<void> {
  await client.merge(SEQUENCERS, site.namespace, name, { spec: { mode } });
}

async function queueOf(name: string): Promise<string[]> {
  const { data } = await ask<{ sequencer: { queue: { id: string }[] } }>(
    site.api,
    'query ($name: String!) { sequencer(name: $name) { queue { id } } }',
    { name },
  );
  return data.sequencer.queue.map(({ id }) => id);
}

test('adds several runs at a position, in order', async () => {
  const name = await newSequencer();
  const [first = '', last = ''] = await submitAll([
    { sequencer: name, script: 'print(1)' },
    { sequencer: name, script: 'print(2)' },
  ]);
  await until('both are queued', async () => (await queueOf(name)).length === 2);
  const middle = await submitAll(
    ['a', 'b'].map((title) => ({ sequencer: name, script: 'print(3)', title, position: 1 })),
    2,
  );
  await until('all are in order', async () => {
    expect(await queueOf(name)).toEqual([first, ...middle, last]);
    return true;
  });
});

test('edits a queued run, and refuses an edit of an older version', async () => {
  const name = await newSequencer();
  const id = await submit(name, 'print(1)', { title: 'first' });
  const { version } = await shows(id, { title: 'first', editedBy: null });
  const window = { notBefore: '2090-01-01T05:10:00.000Z', notAfter: null };
  expect(await edit(id, { script: 'print(2)', title: null, window, version })).toBe('');
  expect(await find(id)).toMatchObject({ script: 'print(2)', title: null, editedBy: 'tester', window });
  expect((await objectOf(id)).spec).toMatchObject({ script: 'print(2)', window: { notBefore: window.notBefore } });
  expect(await edit(id, { script: 'print(3)', version })).toBe('RUN_CHANGED');
  await kubectl(id, { script: 'print(4)', window: null });
  await shows(id, { script: 'print(4)', editedBy: 'kubectl', window: null });
});

test('holds and releases a run through the API and with kubectl', async () => {
  const name = await newSequencer('Queue');
  const id = await submit(name, 'print(1)', { window: { notBefore: '2090-01-01T05:10:00Z' } });
  await shows(id, { reason: 'Not before 2090-01-01 05:10 UTC.' });
  expect(await hold(id, 'wind')).toBe('');
  await shows(id, { onHold: { by: 'tester', reason: 'wind' }, reason: 'On hold: wind (tester).' });
  expect((await objectOf(id)).spec.desiredState).toBe('Held');
  expect(await edit(id, { window: null, title: 'later' })).toBe('');
  await shows(id, { title: 'later', phase: 'QUEUED', onHold: { by: 'tester', reason: 'wind' } });
  await kubectl(id, { desiredState: 'Queued' });
  const { output } = await shows(id, { phase: 'SUCCEEDED', onHold: null });
  expect(output.map(({ text }) => text).join('')).toBe('1\n');
  expect(await hold(id)).toBe('RUN_FINISHED');

  await setMode(name, 'Off');
  const other = await submit(name, 'print(2)');
  await kubectl(other, { desiredState: 'Held' });
  await shows(other, { onHold: { by: 'kubectl', reason: null } });
  await setMode(name, 'Queue');
  expect(await release(other)).toBe('');
  await shows(other, { phase: 'SUCCEEDED', onHold: null });
});

test('shows a run that expired', async () => {
  const name = await newSequencer();
  const notAfter = new Date(Date.now() + 1500).toISOString();
  const id = await submit(name, 'print(1)', { window: { notAfter } });
  await shows(id, { reason: expect.stringMatching(/^Its window ended at /) as string });
  await setMode(name, 'Queue');
  await shows(id, { phase: 'CANCELLED', reason: expect.stringMatching(/^Expired: not started by /) as string });
  expect(await edit(id, { title: 'again' })).toBe('RUN_FINISHED');
});

test('records exactly the script that ran, when it is edited at its start', { timeout: 240_000 }, async () => {
  let used = 0;
  for (let race = 0; race < 8; race++) {
    const name = await newSequencer();
    const id = await submit(name, 'print(0)');
    const starting = setMode(name, 'Queue');
    for (let number = 1, refused = ''; refused === '' && number < 500; number++) {
      const script = `print(${String(number)})`;
      const byApi = number % 2 === 0;
      refused = byApi
        ? await edit(id, { script })
        : await kubectl(id, { script }).then(
            () => '',
            () => 'refused',
          );
      if (refused === '') used += 1;
      else if (byApi) expect(refused).toMatch(/^RUN_(STARTED|FINISHED)$/);
    }
    await starting;
    const { output } = await shows(id, { phase: 'SUCCEEDED' });
    const { spec } = await objectOf(id);
    await until('the record has the script of the object', async () => (await find(id)).script === spec.script);
    expect(spec.script).toBe(`print(${output.map(({ text }) => text.trim()).join('')})`);
  }
  expect(used).toBeGreaterThan(0);
});

test('keeps runs of two telescopes apart that share a resource, from the API and with edits', async () => {
  const [one, other] = [await newSequencer('Queue'), await newSequencer('Queue')];
  const first = await submit(one, 'import time\ntime.sleep(600)\n', { resources: ['laser'] });
  await shows(first, { phase: 'RUNNING' });
  const second = await submit(other, 'print("second")\n', { resources: ['laser'] });
  await until('the second run waits for the first', async () =>
    /^Waiting for run \S+, which uses laser\.$/.test((await find(second)).reason ?? ''),
  );
  expect(await edit(second, { resources: [] })).toBe('');
  await shows(second, { phase: 'SUCCEEDED' });
  expect(await change('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id: first })).toBe('');
});

test('stores in the Sequencer what follows a failed run', async () => {
  const name = await newSequencer();
  const set = 'mutation ($name: String!) { setAfterFailure(sequencer: $name, afterFailure: CONTINUE) { name } }';
  expect(await change(set, { name })).toBe('');
  expect((await client.get(SEQUENCERS, site.namespace, name)).spec.afterFailure).toBe('Continue');
  await client.merge(SEQUENCERS, site.namespace, name, { spec: { afterFailure: 'HoldQueue' } });
  await until('the API has the setting of kubectl', async () => {
    const query = 'query ($name: String!) { sequencer(name: $name) { afterFailure } }';
    const { data } = await ask<{ sequencer: { afterFailure: string } }>(site.api, query, { name });
    return data.sequencer.afterFailure === 'HOLD_QUEUE';
  });
});

test('holds a proposed run until it is accepted in the API or released with kubectl', async () => {
  const name = await newSequencer('Queue');
  const make = 'mutation { createApiToken(name: "program", role: PROPOSER, days: 1) }';
  const { data: token } = await ask<{ createApiToken: string }>(site.api, make);
  const program = new Browser(site.api, { authorization: `Bearer ${token.createApiToken}` });
  const propose = async () => {
    const submitRun = 'mutation ($input: SubmitRunInput!) { submitRun(input: $input) { id proposed } }';
    const input = { sequencer: name, script: 'print(1)', start: 'RUNNING' };
    const { data } = await program.ask<{ submitRun: { id: string; proposed: boolean } }>(submitRun, { input });
    expect(data.submitRun.proposed).toBe(true);
    return data.submitRun.id;
  };
  const fields = 'query ($id: ID!) { run(id: $id) { proposed acceptedBy phase reason } }';
  const proposal = async (id: string) => (await ask<{ run: object }>(site.api, fields, { id })).data.run;
  const [first, second, third] = [await propose(), await propose(), await propose()];
  expect((await objectOf(first)).spec.desiredState).toBe('Held');
  expect(await release(first)).toBe('RUN_PROPOSED');
  const accept = 'mutation ($id: ID!) { acceptRun(id: $id) { id } }';
  expect(await change(accept, { id: first })).toBe('');
  expect(await change(accept, { id: first })).not.toBe('');
  await shows(first, { phase: 'SUCCEEDED' });
  expect(await proposal(first)).toMatchObject({ proposed: false, acceptedBy: 'tester' });

  await kubectl(second, { desiredState: 'Queued' });
  await shows(second, { phase: 'SUCCEEDED' });
  await until('the release counts', async () => {
    const released = await proposal(second);
    expect(released).toMatchObject({ proposed: false, acceptedBy: null });
    return released;
  });

  expect(await change('mutation ($id: ID!) { declineRun(id: $id, reason: "clouds") { id } }', { id: third })).toBe('');
  await shows(third, { phase: 'CANCELLED', reason: 'Declined by tester: clouds' });
});
