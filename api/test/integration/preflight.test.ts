/** The checks before a start: without a runner, with a real one, and of queued runs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRunner } from '@sequencer/testing/api/real-runner';
import { ask, newDatabase, start, submit, until } from '@sequencer/testing/api/running-api';
import { startScheduler, type SchedulerProcess } from '@sequencer/testing/api/scheduler-process';
import type { Api } from '../../src/server.ts';

let databaseUrl: string;
let database: pg.Client;
let api: Api;
let simulator: SchedulerProcess;
let folder: string;
beforeAll(async () => {
  databaseUrl = await newDatabase();
  api = await start(databaseUrl);
  database = new pg.Client(databaseUrl);
  await database.connect();
  simulator = await startScheduler();
  folder = mkdtempSync(join(tmpdir(), 'sequencer-ocs-'));
});
afterAll(async () => {
  await api.close();
  await database.end();
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Check {
  name: string;
  mark: string;
  text: string;
}

const QUERY = `query ($script: String!, $startAt: DateTime) {
  preflight(sequencer: "satp1", script: $script, startAt: $startAt) { name mark text }
}`;

async function preflight(script: string, startAt: string | null = null): Promise<Record<string, Check>> {
  const { data, errors } = await ask<{ preflight: Check[] }>(api, QUERY, { script, startAt });
  expect(errors).toBeUndefined();
  return Object.fromEntries(data.preflight.map((check) => [check.name, check]));
}

/** The settings with which scripts find the simulated observatory. */
function observatory(): Record<string, string> {
  mkdirSync(folder, { recursive: true });
  const bridge = new URL('/satp1/call', simulator.url).href;
  writeFileSync(join(folder, 'default.yaml'), `hub:\n  wamp_http: ${bridge}\n  address_root: observatory\n`);
  writeFileSync(join(folder, 'sorunlib.yaml'), 'registry: registry\n');
  return { OCS_CONFIG_DIR: folder, SORUNLIB_CONFIG: join(folder, 'sorunlib.yaml') };
}

async function observatoryFault(agent: string, kind: string): Promise<void> {
  const response = await fetch(new URL('/satp1/fault', simulator.url), {
    method: 'POST',
    body: JSON.stringify({ agent, kind }),
  });
  expect(response.ok).toBe(true);
}

const SCHEDULE = `import socket
import sorunlib as run
assert socket.gethostname() == 'daq-satp1-sequencer', 'platform check failed'
run.wait_until('2026-01-01T00:00:00+00:00')
run.acu.move_to(az=180, el=50)
`;

it('checks what it can without a runner, and names what it cannot', async () => {
  const checks = await preflight(SCHEDULE);
  expect(Object.values(checks).map(({ name, mark }) => [name, mark])).toEqual([
    ['Syntax', 'OK'],
    ['OCS configuration', 'UNKNOWN'],
    ['Host name', 'OK'],
    ['Agents', 'UNKNOWN'],
    ['Times in the script', 'WARNING'],
    ['Other windows', 'OK'],
    ['Clock of the runner', 'UNKNOWN'],
    ['Disk of the journal', 'UNKNOWN'],
  ]);
  expect(checks.Agents?.text).toBe('Cannot be checked: no runner is connected.');
  expect((await preflight(SCHEDULE, '2025-12-31T23:00:00Z'))['Times in the script']?.mark).toBe('OK');
  expect((await preflight(SCHEDULE.replace('satp1', 'lat')))['Host name']).toMatchObject({
    mark: 'WARNING',
    text: 'Line 3 requires the host name daq-lat-sequencer, but this telescope has daq-satp1-sequencer.',
  });
  expect((await preflight('x = = 1\n')).Syntax).toMatchObject({ mark: 'BLOCKED' });
});

it('refuses an unknown sequencer and a script that is too large', async () => {
  const unknown = await ask(api, '{ preflight(sequencer: "other", script: "") { name } }');
  expect(unknown.errors?.[0]?.extensions.code).toBe('UNKNOWN_SEQUENCER');
  const large = await ask(api, QUERY, { script: '#'.repeat(600_000) });
  expect(large.errors?.[0]?.extensions.code).toBe('SCRIPT_TOO_LARGE');
});

it('reads the agents, the clock and the disk through the runner', async () => {
  const runner = await startRunner(api, [], observatory());
  try {
    // Without a runner, the conditions were kept for a few seconds.
    await until(async () => {
      const checks = await preflight(SCHEDULE);
      expect(checks.Agents).toMatchObject({ mark: 'OK' });
      expect(checks.Agents?.text).toMatch(/^acu\d is online, last heartbeat at most \d+ s ago\.$/);
      expect(checks['Clock of the runner']?.mark).toBe('OK');
      expect(checks['Disk of the journal']?.text).toMatch(/^[\d.]+ GiB are free\./);
      expect(checks['OCS configuration']?.mark).toBe('OK');
    });
    const missing = await preflight("from ocs.ocs_client import OCSClient\nOCSClient('pump')\n");
    expect(missing.Agents).toEqual({ name: 'Agents', mark: 'WARNING', text: 'pump is not in the registry.' });
    await observatoryFault('acu1', 'offline');
    await until(async () => {
      expect((await preflight(SCHEDULE)).Agents).toMatchObject({ mark: 'WARNING' });
    });
  } finally {
    await observatoryFault('acu1', 'none');
    await runner.stop();
  }
});

it('checks the queued runs at their expected start, and against the windows of the others', async () => {
  const input = { start: 'QUEUED', script: 'import time\ntime.sleep(7200)\n' };
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  const { id: first } = (await submit(api, input)).data.submitRun;
  const late = { ...input, script: SCHEDULE.replace('satp1', 'lat'), window: { notAfter: inAnHour } };
  const { id: second, number } = (await submit(api, late)).data.submitRun;
  const query = '{ sequencer(name: "satp1") { queue { id preflight { name mark text } } } }';
  const { data } = await ask<{ sequencer: { queue: { id: string; preflight: Check[] }[] } }>(api, query);
  const textOf = (id: string, name: string) =>
    data.sequencer.queue.find((run) => run.id === id)?.preflight.find((check) => check.name === name);
  expect(textOf(second, 'Host name')?.mark).toBe('WARNING');
  expect(textOf(first, 'Other windows')?.mark).toBe('UNKNOWN');
  expect(textOf(second, 'Other windows')).toMatchObject({ mark: 'OK', text: 'No other queued run has a window.' });
  const { data: other } = await ask<{ preflight: Check[] }>(api, QUERY, {
    script: 'run.wait_until("2099-01-01 00:00")\n',
    startAt: null,
  });
  expect(other.preflight.find(({ name }) => name === 'Other windows')).toMatchObject({
    mark: 'WARNING',
    text: expect.stringContaining(`Run ${String(number)} must start by`) as string,
  });
});

it('records the reason of a start in spite of warnings', async () => {
  const reason = `The fridge is not needed. ${'x'.repeat(450)}`;
  expect((await submit(api, { start: 'QUEUED', reason })).errors).toBeUndefined();
  const { rows } = await database.query<{ details: string }>(
    `select details from audit where action = 'submitRun' order by id desc limit 1`,
  );
  expect(JSON.parse(rows[0]?.details ?? '')).toMatchObject({ input: { reason } });
  const { errors } = await submit(api, { start: 'QUEUED', reason: 'x'.repeat(501) });
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
});
