/** A full disk loses output and log lines, but the API still answers and a run can be stopped. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Stack } from '@sequencer/testing/stack/stack';

const PRINTS = "while True:\n    print('x' * 1000)\n";

/** Mounting needs root. As another user, the test needs sudo without a password. */
function asRoot(command: string, ...args: string[]): void {
  if (process.getuid?.() === 0) execFileSync(command, args);
  else execFileSync('sudo', ['-n', command, ...args]);
}

/** Fills the disk of the folder to its last byte. */
function fill(folder: string): void {
  const fd = openSync(join(folder, 'filler'), 'a');
  for (let size = 1024 * 1024; size >= 1;) {
    try {
      writeSync(fd, Buffer.alloc(size));
    } catch {
      size = Math.floor(size / 4);
    }
  }
  closeSync(fd);
}

/** Lengthens a log to a whole number of pages, so that its next line needs space on the disk. */
function padToPage(log: string): void {
  const page = 4096;
  appendFileSync(log, `${' '.repeat(page - 1 - (statSync(log).size % page))}\n`);
}

test('with a full disk the API answers and a run can be killed; with free space everything recovers', async () => {
  test.setTimeout(180_000);
  const disk = mkdtempSync(join(tmpdir(), 'sequencer-full-'));
  asRoot('mount', '-t', 'tmpfs', '-o', `size=160m,mode=755,uid=${String(process.getuid?.())}`, 'tmpfs', disk);
  try {
    const dataDir = join(disk, 'data');
    mkdirSync(dataDir);
    const stack = await Stack.start({ SEQUENCERS: 'satp1', DATA_DIR: dataDir, LOG_LEVEL: 'debug' });
    try {
      const id = await stack.submit(PRINTS);
      await stack.until(id, 'RUNNING');
      const log = join(dataDir, 'logs/api.log');
      padToPage(log);
      // Longer than any retry interval, so that every part has met the full disk.
      const until = Date.now() + 10_000;
      while (Date.now() < until) {
        // Also fills the space that was freed meanwhile.
        fill(disk);
        const health = await fetch(`${stack.url}/healthz`, { signal: AbortSignal.timeout(2000) });
        expect(health.status).toBe(200);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      await stack.query('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id });
      rmSync(join(disk, 'filler'));
      await expect.poll(() => stack.phase(id).catch(() => 'not yet'), { timeout: 60_000 }).toBe('KILLED');
      await stack.until(await stack.submit("print('again')\n"), 'SUCCEEDED');
      const { run } = await stack.query<{ run: { events: { data: string }[] } }>(
        'query ($id: ID!) { run(id: $id) { events(types: ["outputDropped"]) { data } } }',
        { id },
      );
      expect(run.events.length).toBeGreaterThan(0);
      expect(readFileSync(log, 'utf8')).toMatch(/"dropped":\d+/);
    } finally {
      await stack.stop();
    }
  } finally {
    asRoot('umount', '-l', disk);
    rmSync(disk, { recursive: true, force: true });
  }
});
