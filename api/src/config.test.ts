import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const GOOD = { DATABASE_URL: 'postgres://me@127.0.0.1:5432/sequencer', RUNNER_TOKEN: 'a-token-of-enough-length' };

describe('the configuration of the API', () => {
  it('has usable defaults', () => {
    const config = readConfig(GOOD);
    expect(config).toMatchObject({ host: '127.0.0.1', port: 8000, sequencers: ['satp1', 'lat'], allowedHosts: [] });
    expect(config.userName).not.toBe('');
  });

  it('accepts spaces in lists', () => {
    expect(readConfig({ ...GOOD, SEQUENCERS: 'satp1, lat ' }).sequencers).toEqual(['satp1', 'lat']);
  });

  it('reports all problems together', () => {
    const refused = () => readConfig({ HOST: '0.0.0.0', PORT: 'x', SEQUENCERS: 'A', RUNNER_TOKEN: 'short' });
    expect(refused).toThrow(/HOST: must be a loopback address .*AUTH=password/);
    for (const name of ['PORT', 'DATABASE_URL', 'SEQUENCERS', 'RUNNER_TOKEN']) expect(refused).toThrow(`${name}: `);
  });

  it('requires a sign-in method to listen beyond loopback, and reports the settings that the method requires', () => {
    const exposed = { ...GOOD, HOST: '0.0.0.0' };
    const refused = (env: Record<string, string>) => {
      try {
        readConfig({ ...exposed, ...env });
        return [];
      } catch (error) {
        return [...(error as Error).message.matchAll(/^ {2}(\w+):/gm)].map((match) => match[1]);
      }
    };
    expect(refused({})).toEqual(['HOST']);
    expect(refused({ AUTH: '' })).toEqual(['HOST']);
    expect(refused({ AUTH: 'none,password', USERS_FILE: 'u' })).toEqual(['HOST', 'AUTH']);
    expect(refused({ AUTH: 'basic' })).toEqual(['AUTH']);
    expect(refused({ AUTH: 'password' })).toEqual(['USERS_FILE']);
    expect(refused({ AUTH: 'proxy' })).toEqual(['PROXY_SECRET', 'TRUSTED_PROXIES', 'ROLE_GROUPS']);
    expect(refused({ AUTH: 'oidc' })).toEqual(['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'PUBLIC_URL', 'ROLE_GROUPS']);
    expect(refused({ AUTH: 'password', USERS_FILE: 'u', TRUSTED_PROXIES: 'everybody' })).toEqual(['TRUSTED_PROXIES']);
    expect(refused({ AUTH: 'password', USERS_FILE: 'u', ROLE_GROUPS: 'a=root' })).toEqual(['ROLE_GROUPS']);
    const oidc = { AUTH: 'oidc', OIDC_CLIENT_ID: 'c', PUBLIC_URL: 'https://a.example/', ROLE_GROUPS: 'a=admin' };
    expect(refused({ ...oidc, OIDC_ISSUER: 'http://id.example/' })).toEqual(['OIDC_ISSUER']);
    expect(refused({ ...oidc, OIDC_ISSUER: 'https://id.example/' })).toEqual([]);
    expect(refused({ AUTH: 'password', USERS_FILE: 'u' })).toEqual([]);
  });

  it('rejects a public address beyond this machine without sign-in', () => {
    for (const url of ['https://site.example/nextline/', 'http://192.0.2.7:8000/', 'https://localhost.example/']) {
      expect(() => readConfig({ ...GOOD, PUBLIC_URL: url }), url).toThrow(
        /PUBLIC_URL: must be on this machine .*AUTH=password/,
      );
    }
    for (const url of ['http://localhost:9000/', 'http://[::1]:8000/', 'https://127.0.0.1/a/']) {
      expect(readConfig({ ...GOOD, PUBLIC_URL: url }).auth.publicUrl?.href, url).toBe(url);
    }
    expect(readConfig({ ...GOOD, AUTH: 'password', USERS_FILE: 'u', PUBLIC_URL: 'https://site.example/' }).host).toBe(
      '127.0.0.1',
    );
  });

  it('rejects grants for some sequencers where scripts can read the secrets of the API', () => {
    const site = { ...GOOD, AUTH: 'oidc', OIDC_ISSUER: 'https://id.example/', OIDC_CLIENT_ID: 'c' };
    const scoped = { ...site, PUBLIC_URL: 'https://a.example/', ROLE_GROUPS: 'a=admin,b=operator@satp1' };
    expect(() => readConfig({ ...scoped, SHARED_UNIX_USER: 'refuse' })).toThrow(
      /ROLE_GROUPS: .*SHARED_UNIX_USER=accept/,
    );
    expect(readConfig({ ...scoped, SHARED_UNIX_USER: 'accept' }).auth.enforcesScopes).toBe(true);
    expect(readConfig(scoped).auth.enforcesScopes).toBe(true);
  });

  it('requires a namespace and a key in a cluster, and rejects the settings of local workers', () => {
    const cluster = { DATABASE_URL: GOOD.DATABASE_URL, BACKEND: 'kubernetes' };
    const key = 'a key of thirty-two characters or more';
    expect(() => readConfig(cluster)).toThrow(/NAMESPACE: .*\n.*RUN_TOKEN_KEY: /);
    const workers = {
      ...cluster,
      NAMESPACE: 'seq',
      RUN_TOKEN_KEY: key,
      SEQUENCERS: 'satp1',
      RUNNER_TOKEN: GOOD.RUNNER_TOKEN,
    };
    expect(() => readConfig(workers)).toThrow(/SEQUENCERS: .*\n.*RUNNER_TOKEN: /);
    const { kubernetes } = readConfig({ ...cluster, NAMESPACE: 'seq', RUN_TOKEN_KEY: key });
    expect(kubernetes).toEqual({ namespace: 'seq', runTokenKeys: [key], checker: null });
    const both = { ...cluster, NAMESPACE: 'seq', RUN_TOKEN_KEY: key, RUN_TOKEN_KEY_BEFORE: `${key} before` };
    expect(readConfig(both).kubernetes?.runTokenKeys).toEqual([key, `${key} before`]);
    expect(() => readConfig({ ...both, RUN_TOKEN_KEY_BEFORE: 'short' })).toThrow(/RUN_TOKEN_KEY_BEFORE: must/);
  });

  it('has a location with both coordinates, or none', () => {
    expect(readConfig(GOOD).site).toBeNull();
    const site = { ...GOOD, SITE_LATITUDE: '-22.96', SITE_LONGITUDE: '0' };
    expect(readConfig(site).site).toEqual({ latitude: -22.96, longitude: 0 });
    expect(() => readConfig({ ...GOOD, SITE_LATITUDE: '-22.96' })).toThrow('SITE_LONGITUDE: is required as well');
    expect(() => readConfig({ ...site, SITE_LATITUDE: '91' })).toThrow('must be a number of degrees from -90 to 90');
    expect(() => readConfig({ ...site, SITE_LONGITUDE: 'west' })).toThrow(
      'SITE_LONGITUDE: must be a number of degrees',
    );
  });

  it('does not print a rejected secret', () => {
    const secrets = ['DATABASE_URL', 'RUNNER_TOKEN', 'RUNNER_TOKENS', 'RUN_TOKEN_KEY', 'PROXY_SECRET'];
    const refused = () => readConfig(Object.fromEntries([...secrets, 'PORT'].map((name) => [name, 'hunter2'])));
    for (const name of secrets) expect(refused).toThrow(`${name}: must`);
    expect(refused).toThrow('PORT: must be a whole number from 0 to 65535. It is "hunter2".');
    expect(() => readConfig(Object.fromEntries(secrets.map((name) => [name, 'hunter2'])))).not.toThrow('hunter2');
  });
});
