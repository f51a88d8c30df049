/** A program that is not ready after a while is reported with the last line of its log. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { freePort } from '../../src/lib/ports.ts';

test('reports that the API waits for the database of DATABASE_URL', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sequencer-slow-'));
  const nobody = `postgres://nobody@127.0.0.1:${String(await freePort())}/none`;
  const env = { ...process.env, DATA_DIR: folder, PORT: String(await freePort()), DATABASE_URL: nobody };
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const errors = text(child.stderr);
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.includes('Last line of the log')) child.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
  expect(lines).toContainEqual(expect.stringMatching(/api is not ready yet\. Log: .*api\.log/));
  expect(lines).toContainEqual(expect.stringContaining('waiting for the database, which is unreachable'));
  expect(await errors).toBe('');
  rmSync(folder, { recursive: true });
});
