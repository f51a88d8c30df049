import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeLog } from '../log.ts';
import { hashPassword } from './password.ts';
import { UsersFile } from './users-file.ts';

it('refuses a file without a user, and says how to make one', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'sequencer-users-')), 'users');
  const open = () => new UsersFile(file, makeLog('silent'));
  for (const text of ['', '# nobody yet\n\n']) {
    writeFileSync(file, text);
    expect(open).toThrow(/has no user: .*hash-password/);
  }
  writeFileSync(file, `ada:admin:${await hashPassword('a password of ada')}\n`);
  expect(open().find('ada')?.grant.role).toBe('ADMIN');
});
