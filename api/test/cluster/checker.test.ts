/** Scripts for telescopes without an active run are checked by the checker of the cluster. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Api } from '@sequencer/api/server';
import { RUNS } from '@sequencer/kubernetes/resources';
import { ask, newDatabase, submit } from '@sequencer/testing/api/running-api';
import { startChecker, type CheckerProcess } from '@sequencer/testing/cluster/checker-process';
import { client, dropNamespace, makeNamespace, makeSequencer, until } from '@sequencer/testing/cluster/cluster';
import { startApi } from '@sequencer/testing/cluster/site';

const IMAGE = 'localhost/of-the-checker:1';
const BROKEN = 'x = 1\nprint((\n';

let namespace: string;
let checker: CheckerProcess;
let api: Api;

beforeAll(async () => {
  namespace = await makeNamespace();
  checker = await startChecker();
  api = await startApi(await newDatabase(), namespace, { CHECKER_URL: checker.url, CHECKER_IMAGE: IMAGE });
  const runner = { env: [], egress: [] };
  await makeSequencer(namespace, 'satp1', { mode: 'Off', runner: { image: IMAGE, ...runner } });
  await makeSequencer(namespace, 'lat', { mode: 'Off', runner: { image: 'localhost/other:1', ...runner } });
  await until('the API lists the sequencers', async () => {
    const { data } = await ask<{ sequencers: { name: string }[] }>(api, '{ sequencers { name } }');
    return data.sequencers.length === 2;
  });
});
afterAll(async () => {
  await api.close();
  await checker.stop();
  await dropNamespace(namespace);
});

interface Finding {
  severity: string;
  line: number | null;
  code: string;
  message: string;
}

async function check(sequencer: string, script: string, startAt = 0) {
  const { data, errors } = await ask<{ checkScript: Finding[] } | null>(
    api,
    `mutation ($sequencer: String!, $script: String!, $startAt: Int) {
      checkScript(sequencer: $sequencer, script: $script, startAt: $startAt) { severity line code message } }`,
    { sequencer, script, startAt },
  );
  return { findings: data?.checkScript, error: errors?.[0] };
}

const send = (sequencer: string, script: string, more: object = {}) =>
  submit(api, { sequencer, script, start: 'QUEUED', ...more });

test('refuses a script that Python cannot compile, and creates nothing', async () => {
  const { findings } = await check('satp1', BROKEN);
  expect(findings).toEqual([
    { severity: 'error', line: 2, code: 'SYNTAX_ERROR', message: "line 2: '(' was never closed" },
  ]);
  const { errors } = await send('satp1', BROKEN);
  expect(errors?.[0]).toMatchObject({
    message: "line 2: '(' was never closed",
    extensions: { code: 'SYNTAX_ERROR' },
  });
  expect(await client.list(RUNS, namespace)).toEqual([]);
});

test('knows the host name of the telescope, and finds the statement of a line', async () => {
  const script = "import socket\nassert socket.gethostname() == 'daq-satp1-sequencer'\nx = 1\n";
  expect((await check('satp1', script)).findings).toEqual([]);
  expect((await check('satp1', script, 2)).findings).toMatchObject([{ severity: 'info', code: 'LEFT_OUT' }]);
  const { errors } = await send('satp1', 'if True:\n    x = 1\n', { startLine: 2 });
  expect(errors?.[0]?.message).toContain('no statement begins at line 2');
});

test('only warns about an error that a telescope with another image may not have', async () => {
  const newer = 'try:\n    pass\nexcept A, B:\n    pass\n';
  expect((await check('lat', newer)).findings?.[0]).toMatchObject({
    ...{ severity: 'warning', line: 3, code: 'SYNTAX_ERROR' },
    message: expect.stringContaining('this telescope has another image') as string,
  });
  expect((await send('lat', newer)).errors).toBeUndefined();
});

test('refuses an error in every Python on a telescope with another image', async () => {
  expect((await check('lat', BROKEN)).findings).toMatchObject([{ severity: 'error', code: 'SYNTAX_ERROR' }]);
  expect((await send('lat', BROKEN)).errors?.[0]).toMatchObject({ extensions: { code: 'SYNTAX_ERROR' } });
});

test('checks the syntax, with a notice, while the checker does not answer', async () => {
  await checker.stop();
  expect((await check('satp1', 'x = 1\n')).findings).toMatchObject([
    {
      ...{ severity: 'info', line: null, code: 'NOT_CHECKED' },
      message:
        'Only the syntax was checked because the checker does not answer. The runner checks the script again when the run starts.',
    },
  ]);
  expect((await check('satp1', BROKEN)).findings).toMatchObject([{ severity: 'error', code: 'SYNTAX_ERROR' }]);
  expect((await send('satp1', 'x = 1\ny = 2\n', { startLine: 2 })).errors).toBeUndefined();
  expect((await send('satp1', BROKEN)).errors?.[0]).toMatchObject({ extensions: { code: 'SYNTAX_ERROR' } });
});
