/** Sequencer as a process tree: one instance for each folder, and no process left after it stops. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { family, isAlive } from '@sequencer/testing/stack/processes';
import { freePort } from '@sequencer/testing/free-port';
import { root } from '@sequencer/testing/root';
import { Stack } from '@sequencer/testing/stack/stack';

test('a second instance on a folder is refused; a stopped one leaves no process', async () => {
  const stack = await Stack.start({ SEQUENCERS: 'satp1' });
  const second = spawnSync(process.execPath, [join(root, 'launcher/src/main.ts')], {
    env: { ...process.env, DATA_DIR: stack.dataDir, PORT: String(await freePort()) },
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(second.status).not.toBe(0);
  expect(second.stdout + second.stderr).toContain(String(stack.pid));
  const id = await stack.submit('import time\ntime.sleep(60)\n');
  await stack.until(id, 'RUNNING');
  const members = family(stack.pid).map((p) => p.pid);
  expect(members.length).toBeGreaterThan(4);
  await stack.stop();
  expect(members.filter(isAlive)).toEqual([]);
});

test('the command line exits with the status of the script', async () => {
  const stack = await Stack.start({ SEQUENCERS: 'satp1' });
  const run = (script: string, ...args: string[]) =>
    spawnSync(join(root, 'bin/sequencer'), ['run', '--server', stack.url, '-', ...args], {
      input: script,
      encoding: 'utf8',
      timeout: 30_000,
    });
  expect(run('import sys\nprint(sys.argv[1:])\n', 'a', '--b')).toMatchObject({ status: 0, stdout: "['a', '--b']\n" });
  expect(run('import sys\nsys.exit(7)\n').status).toBe(7);
  expect(run('import os\nos._exit(0)\n').status).toBe(1);
  expect(run('for\n')).toMatchObject({ status: 1, stdout: '' });
  // A reader that closes the pipe early, such as a pager.
  const cut = spawnSync(
    'sh',
    ['-c', `echo 'for i in range(20000): print(i)' | bin/sequencer run --server ${stack.url} - | head -n 1`],
    { cwd: root, encoding: 'utf8', timeout: 30_000 },
  );
  expect(cut).toMatchObject({ stdout: '0\n', stderr: '' });
  await stack.stop();
});
