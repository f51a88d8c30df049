import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeLog } from '../lib/log.ts';
import { hashPassword, isPassword } from './password.ts';
import { UsersFile, parseUsers } from './users-file.ts';

describe('the users file', async () => {
  const hash = await hashPassword('a good password');

  it('reports operators of some sequencers when that cannot be enforced', () => {
    const lines = ['ada:admin', 'otto:operator', 'vera:viewer', 'sam:operator@satp1'].map((user) => `${user}:${hash}`);
    expect(parseUsers(lines.join('\n'), true).size).toBe(4);
    expect(() => parseUsers(lines.join('\n'), false)).toThrow(/^line 4: scripts run as the same Unix user/);
  });

  it('can have comments and empty lines', () => {
    const users = parseUsers(`# who\n\nalice:operator@satp1+lat:${hash}\n  żółw:viewer:${hash}\n`);
    expect([...users.keys()]).toEqual(['alice', 'żółw']);
    expect(users.get('alice')).toMatchObject({ grant: { role: 'OPERATOR', sequencers: ['satp1', 'lat'] }, hash });
  });

  it('is rejected with the number of each invalid line, without its content', () => {
    const text = [`a b:admin:${hash}`, `bob:root:${hash}`, 'eve:admin:hunter2', `x:viewer:${hash}`, `x:viewer:${hash}`];
    let message = '';
    try {
      parseUsers(text.join('\n'));
    } catch (error) {
      message = (error as Error).message;
    }
    for (const line of [1, 2, 3, 5]) expect(message).toContain(`line ${String(line)}:`);
    expect(message).not.toContain('line 4');
    expect(message).not.toContain('hunter2');
    expect(message).not.toContain(hash);
  });
});

describe('a password', () => {
  it('matches its hash in every Unicode normalization form', async () => {
    const hash = await hashPassword('caf\u00e9 at night');
    expect(await isPassword('cafe\u0301 at night', hash)).toBe(true);
    expect(await isPassword('cafe at night', hash)).toBe(false);
    expect(await isPassword('caf\u00e9 at night', null)).toBe(false);
    expect(await hashPassword('caf\u00e9 at night')).not.toBe(hash);
  });

  it('matches no invalid hash, and none with excessive memory cost', async () => {
    for (const spoilt of [
      '',
      'scrypt$1$8$1$AAAAAAAAAAAAAAAAAAAAAA$x',
      `scrypt$${String(2 ** 26)}$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    ]) {
      expect(await isPassword('anything', spoilt)).toBe(false);
    }
  });
});

it('rejects a file without a user, with a hint to add one', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'sequencer-users-')), 'users');
  const open = () => new UsersFile(file, makeLog('silent'));
  for (const text of ['', '# nobody yet\n\n']) {
    writeFileSync(file, text);
    expect(open).toThrow(/has no user, .*hash-password/);
  }
  writeFileSync(file, `ada:admin:${await hashPassword('a password of ada')}\n`);
  expect(open().find('ada')?.grant.role).toBe('ADMIN');
});
