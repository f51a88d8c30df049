/** The command line on a site with sign-in: with and without a token, and the password prompt of hash-password. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { PASSWORD, startWith } from '@sequencer/testing/pages/sign-in';
import { root } from '@sequencer/testing/root';
import type { Stack } from '@sequencer/testing/stack/stack';

const CLI = join(root, 'bin/sequencer');
const SCRIPT = "print('moving', flush=True)\n";

let stack: Stack;
test.beforeAll(async () => {
  test.setTimeout(180_000);
  stack = await startWith(['vera:viewer', 'sam:operator@satp1', 'ada:admin']);
});
test.afterAll(() => stack.stop());

async function ask<T>(query: string, variables: Record<string, unknown>, cookie = ''): Promise<[T, string]> {
  const response = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as { data: T };
  return [body.data, response.headers.get('set-cookie')?.split(';')[0] ?? ''];
}

async function tokenOf(name: string, role: string): Promise<string> {
  const signIn = 'mutation ($name: String!, $password: String!) { signIn(name: $name, password: $password) { name } }';
  const [, cookie] = await ask(signIn, { name, password: PASSWORD });
  const make = 'mutation ($role: Role!) { createApiToken(name: "night", role: $role, days: 1) }';
  return (await ask<{ createApiToken: string }>(make, { role }, cookie))[0].createApiToken;
}

function cli(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(CLI, args, {
    env: { ...process.env, SEQUENCER_URL: stack.url, ...env },
    input: SCRIPT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

test('proposes a run with a token of that role, and an operator declines or accepts it', async () => {
  const program = { SEQUENCER_TOKEN: await tokenOf('ada', 'PROPOSER') };
  const operator = { SEQUENCER_TOKEN: await tokenOf('ada', 'OPERATOR') };
  const script = join(mkdtempSync(join(tmpdir(), 'sequencer-proposal-')), 'move.py');
  writeFileSync(script, SCRIPT);
  const added = cli(['add', '--sequencer', 'lat', script, script], program);
  expect(added).toMatchObject({ status: 0, stderr: '' });
  expect(added.stdout).toContain('Proposed by ada. It waits until an operator accepts it.');
  const [first = '', second = ''] = added.stdout.match(/lat\/\d+/g) ?? [];
  expect(cli(['accept', first], program)).toMatchObject({ status: 1, stdout: '' });
  expect(cli(['decline', first], operator).status).toBe(2);
  const declined = cli(['decline', first, '--reason', 'clouds'], operator);
  expect(declined.stdout).toContain(`${first} is cancelled. Declined by ada: clouds`);
  expect(cli(['accept', second], operator).stdout).toContain(`${second} is queued.`);
});

test('a token permits what its role and sequencers allow', async () => {
  const sam = { SEQUENCER_TOKEN: await tokenOf('sam', 'OPERATOR') };
  expect(cli(['run', '--sequencer', 'satp1', '-'], sam)).toMatchObject({ status: 0, stdout: 'moving\n' });
  const onLat = cli(['run', '--sequencer', 'lat', '-'], sam);
  expect(onLat).toMatchObject({ status: 1, stdout: '' });
  expect(onLat.stderr).toContain('You are watching lat.');
  expect(cli(['logs', 'satp1/1'], sam)).toMatchObject({ status: 0, stdout: 'moving\n' });

  const file = join(mkdtempSync(join(tmpdir(), 'sequencer-token-')), 'token');
  writeFileSync(file, `${await tokenOf('vera', 'VIEWER')}\n`);
  expect(cli(['list', '--token-file', file]).stdout).toContain('satp1');
  expect(cli(['status'], { SEQUENCER_TOKEN_FILE: file }).status).toBe(0);
  const watching = cli(['run', '--token-file', file, '--sequencer', 'satp1', '-']);
  expect(watching.status).toBe(1);
  expect(watching.stderr).toContain('Ask an admin for the operator role.');
});

test('without a valid token the error explains how to create one', () => {
  for (const env of [{}, { SEQUENCER_TOKEN: `seq_${'x'.repeat(43)}` }]) {
    const { status, stdout, stderr } = cli(['list'], env);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('Create a token in Settings');
  }
  const missing = cli(['list', '--token-file', '/nowhere/at/all']);
  expect(missing.status).toBe(2);
  expect(missing.stderr).toContain('The token cannot be read');
});

test('treats an empty environment variable as unset', async () => {
  const env = { SEQUENCER_TOKEN: await tokenOf('sam', 'OPERATOR'), SEQUENCER_TOKEN_FILE: '', SEQUENCER: '' };
  const { status, stderr } = cli(['run', '-'], env);
  expect(status).toBe(2);
  expect(stderr).toContain('There are several sequencers: satp1, lat.');
  expect(cli(['list'], env).status).toBe(0);
});

test.describe('hash-password on a terminal', () => {
  const onTerminal = (answers: [string, string][], role: string) => {
    const file = join(mkdtempSync(join(tmpdir(), 'sequencer-hash-')), 'users');
    const { status, stdout } = spawnSync(
      join(root, '.venv/bin/python'),
      [
        join(root, 'e2e/src/on_a_terminal.py'),
        JSON.stringify(answers),
        'sh',
        '-c',
        `"${CLI}" hash-password alice ${role} >"${file}"`,
      ],
      { encoding: 'utf8', timeout: 30_000 },
    );
    return { status, shown: stdout, line: readFileSync(file, 'utf8') };
  };

  test('prompts twice without echo, and writes a valid line of the users file', async () => {
    const typed = 'a pass\u00e9 phrase';
    const made = onTerminal(
      [
        ['Password: ', `${typed}\r`],
        ['Again: ', `${typed}\r`],
      ],
      'operator@satp1',
    );
    expect(made).toMatchObject({ status: 0, line: expect.stringMatching(/^alice:operator@satp1:scrypt\$\S+\n$/) });
    expect(made.shown.replaceAll('\r', '').trim()).toBe('Password: \nAgain:');
    const { isPassword } = await import('@sequencer/api/auth/password');
    expect(await isPassword(typed, made.line.trim().split(':')[2] ?? '')).toBe(true);
  });

  test('refuses different and short passwords, and exits on Ctrl-C', () => {
    const different = onTerminal(
      [
        ['Password: ', 'the first one\r'],
        ['Again: ', 'another one\r'],
      ],
      'viewer',
    );
    expect(different).toMatchObject({ status: 2, line: '' });
    expect(different.shown).toContain('The passwords do not match.');
    expect(different.shown).not.toContain('first');
    const short = onTerminal(
      [
        ['Password: ', 'short\r'],
        ['Again: ', 'short\r'],
      ],
      'viewer',
    );
    expect(short).toMatchObject({ status: 2, line: '' });
    expect(short.shown).toContain('It must have 10 to 200 characters.');
    expect(onTerminal([['Password: ', '\u0003']], 'viewer')).toMatchObject({ status: 130, line: '' });
  });
});
