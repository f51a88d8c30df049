import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

describe('the configuration of the launcher', () => {
  it('has a default for every setting', () => {
    const config = readConfig({});
    expect(config).toMatchObject({ host: '127.0.0.1', port: 8000, sequencers: ['satp1', 'lat'] });
    expect(config.dataDir).toBe(join(process.cwd(), 'data'));
  });

  it('treats an empty variable as unset, because make passes empty ones on', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '', OCS_CONFIG_DIR: '', SEQUENCERS: '' }).port).toBe(8000);
  });

  it('reports every problem, with the value and what to do', () => {
    const env = { HOST: '0.0.0.0', PORT: '99999', SEQUENCERS: 'SATP1', OCS_CONFIG_DIR: '/no/such', DATABASE_URL: 'x' };
    let text = '';
    try {
      readConfig(env);
    } catch (error) {
      text = String(error);
    }
    for (const name of Object.keys(env)) expect(text).toContain(`  ${name}: `);
    expect(text).toContain('the folder /no/such does not exist');
    expect(text).toContain('without sign-in');
    expect(text).toContain('It is "99999"');
  });

  it('does not print the password of the database', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://user:hunter2@host/db' })).toThrow(
      /DATABASE_URL: must be .*PostgreSQL/,
    );
    expect(() => readConfig({ DATABASE_URL: 'mysql://user:hunter2@host/db' })).not.toThrow('hunter2');
  });

  it('listens on other addresses when a sign-in is required', () => {
    expect(readConfig({ HOST: '0.0.0.0', AUTH: 'password' }).host).toBe('0.0.0.0');
    expect(() => readConfig({ HOST: '0.0.0.0', AUTH: 'none' })).toThrow('AUTH=password');
  });

  it('refuses operators of single telescopes on a public address, unless SHARED_UNIX_USER=accept', () => {
    const shared = (env: NodeJS.ProcessEnv) => readConfig({ AUTH: 'password', ...env }).sharedUnixUser;
    expect(shared({})).toBe('accept');
    expect(shared({ PUBLIC_URL: 'http://[::1]:8000/' })).toBe('accept');
    expect(shared({ HOST: '0.0.0.0' })).toBe('refuse');
    expect(shared({ PUBLIC_URL: 'https://site.example/' })).toBe('refuse');
    expect(shared({ HOST: '0.0.0.0', SHARED_UNIX_USER: 'accept' })).toBe('accept');
    expect(() => shared({ SHARED_UNIX_USER: 'yes' })).toThrow('SHARED_UNIX_USER');
  });

  it.each(['satp1,satp1', 'a b', 'x'.repeat(31), '-a'])('refuses SEQUENCERS=%s', (SEQUENCERS) => {
    expect(() => readConfig({ SEQUENCERS })).toThrow('SEQUENCERS');
  });

  it.each(['0', '1.5', 'http', '-1'])('refuses PORT=%s', (PORT) => {
    expect(() => readConfig({ PORT })).toThrow('PORT');
  });
});
