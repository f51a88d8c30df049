/** When the log cannot be written, lines are dropped and everything else works. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LogDestination } from '../../src/lib/log-destination.ts';
import { makeLog } from '../../src/lib/log.ts';
import { TOKEN, newDatabase } from '@sequencer/testing/api/running-api';

it('drops and counts lines while a pipe is full, and logs the count when it can be written again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sequencer-log-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const lines: string[] = [];
  const buffer = Buffer.alloc(1024 * 1024);
  const drain = () => {
    const text = buffer.subarray(0, readSync(pipe, buffer)).toString();
    lines.push(...text.split('\n').filter((line) => line !== ''));
  };
  try {
    const destination = new LogDestination(pipe);
    const log = makeLog('info', destination);
    let written = 0;
    for (; destination.dropped < 3; written++) log.info({ n: written, filler: 'x'.repeat(1000) }, 'a line');
    drain();
    log.info({ n: written }, 'after');
    drain();
    const readable = lines.flatMap((line) => {
      try {
        return [JSON.parse(line) as { msg: string; n?: number; dropped?: number }];
      } catch {
        // The incomplete line.
        return [];
      }
    });
    expect(lines.length - readable.length).toBeLessThanOrEqual(1);
    const dropped = readable.reduce((sum, line) => sum + (line.dropped ?? 0), 0);
    expect(dropped).toBeGreaterThanOrEqual(3);
    expect(readable.filter(({ msg }) => msg === 'a line')).toHaveLength(written - dropped);
    expect(readable.slice(-2)).toMatchObject([
      { level: 40, dropped: 3 },
      { n: written, msg: 'after' },
    ]);
  } finally {
    closeSync(pipe);
    rmSync(folder, { recursive: true });
  }
});

it('serves requests while its log is on a full device', async () => {
  const reserved = createServer().listen(0, '127.0.0.1');
  await once(reserved, 'listening');
  const { port } = reserved.address() as AddressInfo;
  reserved.close();
  const full = openSync('/dev/full', 'w');
  const api = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts')], {
    env: {
      ...process.env,
      PORT: String(port),
      DATABASE_URL: await newDatabase(),
      RUNNER_TOKEN: TOKEN,
      LOG_LEVEL: 'trace',
    },
    stdio: ['ignore', full, 'inherit'],
  });
  closeSync(full);
  try {
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${String(port)}/readyz`).catch(() => null))?.status, {
        timeout: 20_000,
      })
      .toBe(200);
    // Another line that cannot be written.
    await fetch(`http://127.0.0.1:${String(port)}/graphql`, { method: 'POST', body: '{' });
    const health = await fetch(`http://127.0.0.1:${String(port)}/healthz`);
    expect(await health.text()).toBe('alive\n');
  } finally {
    const ended = once(api, 'exit');
    api.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  }
});
