import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeLog } from '../lib/log.ts';
import { hashPassword, isPassword } from './password.ts';
import { UsersFile, parseUsers } from './users-file.ts';

describe('the users file', async () => {
  const hash = await hashPassword('a good password');

  it('names operators of some sequencers whom it cannot keep from the others', () => {
    const lines = ['ada:admin', 'otto:operator', 'vera:viewer', 'sam:operator@satp1'].map((user) => `${user}:${hash}`);
    expect(parseUsers(lines.join('\n'), true).size).toBe(4);
    expect(() => parseUsers(lines.join('\n'), false)).toThrow(/^line 4: scripts run as the same Unix user/);
  });

  it('is read, with comments and empty lines', () => {
    const users = parseUsers(`# who\n\nalice:operator@satp1+lat:${hash}\n  żółw:viewer:${hash}\n`);
    expect([...users.keys()]).toEqual(['alice', 'żółw']);
    expect(users.get('alice')).toMatchObject({ grant: { role: 'OPERATOR', sequencers: ['satp1', 'lat'] }, hash });
  });

  it('is refused with the number of each line that is wrong, and nothing of what is in it', () => {
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
  it('fits its own hash, in whatever way its letters are composed', async () => {
    const hash = await hashPassword('caf\u00e9 at night');
    expect(await isPassword('cafe\u0301 at night', hash)).toBe(true);
    expect(await isPassword('cafe at night', hash)).toBe(false);
    expect(await isPassword('caf\u00e9 at night', null)).toBe(false);
    expect(await hashPassword('caf\u00e9 at night')).not.toBe(hash);
  });

  it('fits no hash that is spoilt, or asks for more memory than there is', async () => {
    for (const spoilt of [
      '',
      'scrypt$1$8$1$AAAAAAAAAAAAAAAAAAAAAA$x',
      `scrypt$${String(2 ** 26)}$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    ]) {
      expect(await isPassword('anything', spoilt)).toBe(false);
    }
  });
});

it('refuses a file without a user, and says how to make one', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'sequencer-users-')), 'users');
  const open = () => new UsersFile(file, makeLog('silent'));
  for (const text of ['', '# nobody yet\n\n']) {
    writeFileSync(file, text);
    expect(open).toThrow(/has no user, .*hash-password/);
  }
  writeFileSync(file, `ada:admin:${await hashPassword('a password of ada')}\n`);
  expect(open().find('ada')?.grant.role).toBe('ADMIN');
});
