/** A schedule of the simulated scheduler runs with the observatory's own library against the simulated agents. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '@sequencer/testing/root';
import { startSimulator, type Simulator } from '../../src/simulator.ts';

let simulator: Simulator;
let folder: string;
beforeAll(async () => {
  simulator = await startSimulator({ telescopes: ['satp1'], speed: 600, port: 0 });
  folder = mkdtempSync(join(tmpdir(), 'sequencer-schedule-'));
  const hub = ['hub:', `  wamp_http: ${simulator.url}/satp1/call`, '  wamp_server: ws://127.0.0.1:1/ws'];
  const site = [...hub, '  wamp_realm: test_realm', '  address_root: observatory'];
  writeFileSync(join(folder, 'default.yaml'), `${site.join('\n')}\n`);
  writeFileSync(join(folder, 'sorunlib.yaml'), 'registry: registry\nsmurf_failure_threshold: 1\n');
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the schedule of the policy from the first time to the second, in seconds from now. Returns its output. */
async function run(policy: Record<string, unknown>, from: number, to: number): Promise<string> {
  const [t0, t1] = [from, to].map((seconds) => new Date(Date.now() + seconds * 1000).toISOString());
  const answer = await fetch(`${simulator.url}/api/v1/schedule/`, {
    method: 'POST',
    body: JSON.stringify({ t0, t1, policy: JSON.stringify(policy) }),
  });
  const { commands } = (await answer.json()) as { commands: string };
  const onTelescope = "import socket\nsocket.gethostname = lambda: 'daq-satp1-sequencer'\n";
  const child = spawn(join(root, '.venv/bin/python'), ['-c', onTelescope + commands], {
    env: { ...process.env, OCS_CONFIG_DIR: folder, SORUNLIB_CONFIG: join(folder, 'sorunlib.yaml') },
  });
  const [output, errors, ended] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect(ended[0], errors).toBe(0);
  return output;
}
const journal = async () => (await fetch(`${simulator.url}/satp1/journal`)).text();

it('scans until its end', { timeout: 120_000 }, async () => {
  expect(await run({ policy: 'dummy' }, 0, 25)).toContain('Scan finished.');
  expect(await journal()).toContain('generate_scan');
});

it('sets up detectors and the half-wave plate in a long schedule', { timeout: 120_000 }, async () => {
  // Scans that are in the past are skipped.
  await run({ policy: 'rest', preset: 'rest.satp1' }, -1200, 2);
  for (const task of ['uxm_relock', 'take_iv', 'pid_to_freq', 'zero_biases']) expect(await journal()).toContain(task);
});
