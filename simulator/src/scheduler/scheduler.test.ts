import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ telescopes: ['satp1'], speed: 60, port: 0 });
});
afterAll(() => simulator.close());

const NIGHT = { t0: '2026-06-01 22:00', t1: '2026-06-02 10:00' };

function post(route: string, body: unknown): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${simulator.url}/api/v1/${route}`, { method: 'POST', body: text, redirect: 'manual' });
}
const pull = (policy: unknown, times: Record<string, unknown> = NIGHT) =>
  post('schedule/', { ...times, policy: JSON.stringify(policy) });
const commands = async (policy: unknown, times = NIGHT) =>
  ((await (await pull(policy, times)).json()) as { commands: string }).commands;
const messageOf = async (response: Response) => ({
  code: response.status,
  ...((await response.json()) as { status: string; message: string }),
});

it('answers a schedule that starts and ends at the requested times', async () => {
  const script = await commands({ policy: 'dummy', config: {} });
  expect(script).toContain("run.wait_until('2026-06-01T22:00:00+00:00', tolerance=3600)");
  expect(script.trimEnd().endsWith("run.wait_until('2026-06-02T10:00:00+00:00')")).toBe(true);
  const stops = [...script.matchAll(/stop_time='([^']+)'/g)].map(([, time]) => time ?? '');
  expect(stops.length).toBeGreaterThan(5);
  expect(stops.toSorted()).toEqual(stops);
});

it('checks the telescope of the preset', async () => {
  const script = await commands({ policy: 'rest', preset: 'rest.satp2', config: {} });
  expect(script).toContain("assert socket.gethostname() == 'daq-satp2-sequencer'");
  expect(script).toContain('run.hwp.spin_up');
  expect(await commands({ policy: 'rest', preset: 'rest.lat' })).not.toContain('run.hwp');
  expect(await messageOf(await pull({ policy: 'rest', preset: 'else' }))).toMatchObject({ code: 500, status: 'error' });
});

it.each([
  [{ t0: NIGHT.t0, policy: '{}' }, 'Missing t1 field'],
  [{ ...NIGHT, t1: 'tomorrow', policy: '{}' }, 'Invalid date format, needs to be ISO format'],
  [{ ...NIGHT, policy: '{' }, 'Invalid policy, needs to be a json string'],
  [{ ...NIGHT, policy: '{"policy": "else"}' }, 'Unsupported policy else'],
  ['not json', 'Missing t0 field'],
])('answers 400 to %j', async (body, message) => {
  expect(await messageOf(await post('schedule/', body))).toEqual({ code: 400, status: 'error', message });
});

it('waits as long as the policy demands', async () => {
  const start = performance.now();
  await pull({ policy: 'dummy', config: { delay: 0.3 } });
  expect(performance.now() - start).toBeGreaterThan(290);
});

it('answers with an injected fault as often as requested', async () => {
  await post('fault', { kind: 'html', times: 1 });
  const page = await pull({ policy: 'dummy' });
  expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html']);
  expect((await pull({ policy: 'dummy' })).status).toBe(200);
  await post('fault', { kind: 'error' });
  expect((await pull({ policy: 'dummy' })).status).toBe(500);
  expect((await pull({ policy: 'dummy' })).status).toBe(500);
  await post('fault', { kind: 'none' });
  expect((await pull({ policy: 'dummy' })).status).toBe(200);
});

it('answers 50 MB as one JSON document', async () => {
  const answer = await (await pull({ policy: 'dummy', config: { fault: 'large' } })).text();
  expect(answer.length).toBeGreaterThan(50 * 1024 * 1024);
  expect((JSON.parse(answer) as { status: string }).status).toBe('ok');
});

it('refuses a page of another host', async () => {
  const { hostname, port } = new URL(simulator.url);
  expect(hostname).toBe('127.0.0.1');
  const { request } = await import('node:http');
  const status = await new Promise((resolve) => {
    request({ port, path: '/api/v1/schedule/', method: 'POST', headers: { host: 'evil.example' } }, (response) => {
      resolve(response.statusCode);
    }).end();
  });
  expect(status).toBe(403);
});
