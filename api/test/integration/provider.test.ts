/** Sign-in at a real OpenID Connect provider, end to end. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import Provider from 'oidc-provider';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Api } from '../../src/server.ts';
import { Browser } from '@sequencer/testing/api/browser';
import { freePort } from '@sequencer/testing/free-port';
import { newDatabase, start } from '@sequencer/testing/api/running-api';

const SECRET = 'the-secret-between-us';
const GROUPS: Record<string, string[]> = {
  ada: ['heads'],
  sam: ['satp1-crew', 'guests'],
  tom: ['heads'],
  zoe: ['elsewhere'],
};

/** Whether the provider issues refresh tokens. */
let refreshes = true;
let isDown = false;
let database: string;
let issuer: string;
let server: Server;
let api: Api;

beforeAll(async () => {
  const [apiPort, providerPort] = [await freePort(), await freePort()];
  issuer = `http://127.0.0.1:${String(providerPort)}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'sequencer',
        client_secret: SECRET,
        redirect_uris: [`http://127.0.0.1:${String(apiPort)}/oidc-callback`],
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({ sub, preferred_username: sub, groups: GROUPS[sub] }),
    }),
    pkce: { required: () => true },
    issueRefreshToken: () => refreshes,
    cookies: { keys: ['only for tests'] },
  });
  const answer = provider.callback();
  server = createServer((request, response) => {
    if (isDown) response.writeHead(503).end();
    else void answer(request, response);
  }).listen(providerPort, '127.0.0.1');
  await once(server, 'listening');
  database = await newDatabase();
  api = await start(database, {
    PORT: String(apiPort),
    AUTH: 'oidc',
    PUBLIC_URL: `http://127.0.0.1:${String(apiPort)}/`,
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: 'sequencer',
    OIDC_CLIENT_SECRET: SECRET,
    ROLE_GROUPS: 'heads=admin,satp1-crew=operator@satp1',
  });
});
afterAll(async () => {
  await api.close();
  server.close();
  server.closeAllConnections();
});

/** Follows redirects with cookies, a jar for each host, as a browser does; fills in the provider's forms. */
class Visitor {
  readonly #jars = new Map<string, Map<string, string>>();

  #jar(url: string): Map<string, string> {
    const { host } = new URL(url);
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    return jar;
  }

  cookies(url: string): string {
    return [...this.#jar(url)].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async get(url: string, body?: URLSearchParams): Promise<Response> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: this.cookies(url) },
      ...(body ? { method: 'POST', body } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value) this.#jar(url).set(name, value);
      else this.#jar(url).delete(name);
    }
    return response;
  }

  /** Follows redirects until a page; resolves with its address. */
  async follow(begin: string): Promise<string> {
    for (let url = begin; ;) {
      const response = await this.get(url);
      const location = response.headers.get('location');
      if (location === null) return url;
      url = new URL(location, url).href;
    }
  }

  /** Follows redirects until the browser is back at the site; resolves with the last address. */
  async signIn(name: string, begin: string, stopAt = ''): Promise<string> {
    let url = begin;
    let response = await this.get(url);
    for (let i = 0; i < 20; i++) {
      const location = response.headers.get('location');
      if (location !== null) {
        url = new URL(location, url).href;
        if ((stopAt && url.includes(stopAt)) || (url.startsWith(api.url) && !url.includes('/oidc-'))) return url;
        response = await this.get(url);
        continue;
      }
      const page = await response.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? '';
      const action = /action="([^"]+)"/.exec(page)?.[1] ?? '';
      url = new URL(action, url).href;
      response = await this.get(url, new URLSearchParams({ prompt, login: name, password: 'any' }));
    }
    throw new Error(`still at ${url}`);
  }
}

async function signedIn(name: string): Promise<{ browser: Browser; end: string }> {
  const visitor = new Visitor();
  const end = await visitor.signIn(name, `${api.url}/oidc-login?back=/satp1`);
  const browser = new Browser(api);
  browser.cookie = visitor.cookies(api.url);
  return { browser, end };
}

it('signs in a user of the provider, with the role of their group, and returns to the page', async () => {
  const { browser, end } = await signedIn('sam');
  expect(end).toBe(`${api.url}/satp1`);
  const { data } = await browser.ask('{ me { name role sequencers method } }');
  expect(data).toEqual({ me: { name: 'sam', role: 'OPERATOR', sequencers: ['satp1'], method: 'OIDC' } });
  const ada = await signedIn('ada');
  const { data: log } = await ada.browser.ask<{ audit: { entries: unknown[] } }>(
    '{ audit(filter: { action: "signIn" }, first: 1) { entries { user via result } } }',
  );
  expect(log.audit.entries).toEqual([{ user: 'ada', via: 'oidc', result: 'DONE' }]);
  await browser.ask('mutation { signOut }');
  expect(await browser.me()).toBeNull();
});

it('rejects a user without a group that has a role', async () => {
  const { browser, end } = await signedIn('zoe');
  expect(end).toBe(`${api.url}/?refused=no-role`);
  expect(await browser.me()).toBeNull();
});

it('rejects a callback that another browser started, and one that is used twice', async () => {
  const visitor = new Visitor();
  const back = await visitor.signIn('ada', `${api.url}/oidc-login`, '/oidc-callback?');
  // A user who follows the callback link of another user is not signed in as that user.
  const victim = new Visitor();
  expect((await victim.get(back)).headers.get('location')).toContain('refused=not-finished');
  expect((await visitor.get(back)).headers.get('location')).toBe(`${api.url}/`);
  expect((await visitor.get(back)).headers.get('location')).toContain('refused=not-finished');
});

it('does not redirect to another site', async () => {
  for (const evil of ['https://evil.example/', '//evil.example/', '\\\\evil.example', 'javascript:alert(1)']) {
    const visitor = new Visitor();
    expect(await visitor.signIn('ada', `${api.url}/oidc-login?back=${encodeURIComponent(evil)}`)).toBe(`${api.url}/`);
  }
});

it('does not redirect to another site with a forged cookie', async () => {
  const visitor = new Visitor();
  const callback = await visitor.signIn('ada', `${api.url}/oidc-login`, '/oidc-callback?');
  const [name = '', value = ''] = visitor.cookies(api.url).split('=');
  const attempt = JSON.parse(Buffer.from(value, 'base64url').toString()) as Record<string, unknown>;
  const planted = Buffer.from(JSON.stringify({ ...attempt, back: 'https://evil.example/' })).toString('base64url');
  const response = await fetch(callback, { redirect: 'manual', headers: { cookie: `${name}=${planted}` } });
  expect(response.headers.get('location')).toBe(`${api.url}/`);
});

describe('when the grant of the provider has expired', () => {
  const expire = async (user: string) => {
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    await client.query(`update sessions set grant_until = now() - interval '1 second' where user_name = $1`, [user]);
    await client.end();
  };
  const role = async (browser: Browser) => {
    const { data } = await browser.ask<{ access: { me: { role: string } | null } }>('{ access { me { role } } }');
    return data.access.me?.role ?? null;
  };

  it('queries the provider again, without user interaction', async () => {
    const { browser } = await signedIn('sam');
    await expire('sam');
    GROUPS.sam = ['heads'];
    await vi.waitFor(async () => {
      expect(await role(browser)).toBe('ADMIN');
    }, 15_000);
    GROUPS.sam = ['satp1-crew'];
  });

  it('ends the session, websockets and tokens of a user who no longer has a role', async () => {
    const { browser } = await signedIn('tom');
    const made = await browser.ask<{ createApiToken: string }>(
      'mutation { createApiToken(name: "x", role: VIEWER, days: 9) }',
    );
    const { socket } = await browser.socket();
    GROUPS.tom = ['elsewhere'];
    await expire('tom');
    expect((await once(socket, 'close'))[0]).toBe(4401);
    expect(await role(browser)).toBeNull();
    const bot = new Browser(api, { authorization: `Bearer ${made.data.createApiToken}` });
    expect((await bot.ask('{ me { name } }')).errors?.[0]?.message).toContain('no longer has a role');
  });

  it('keeps sessions while the provider is unreachable', async () => {
    const { browser } = await signedIn('ada');
    isDown = true;
    await expire('ada');
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    await vi.waitFor(async () => {
      expect(await role(browser)).toBe('ADMIN');
      // The provider was queried, and is queried again soon.
      const { rows } = await client.query<{ later: boolean }>(
        `select grant_until > now() as later from sessions where user_name = 'ada' order by created_at desc limit 1`,
      );
      expect(rows[0]?.later).toBe(true);
    }, 15_000);
    await client.end();
    isDown = false;
    expect(await role(browser)).toBe('ADMIN');
  });

  it('signs in again without interaction when the provider issues no refresh token', async () => {
    refreshes = false;
    const visitor = new Visitor();
    await visitor.signIn('sam', `${api.url}/oidc-login`);
    refreshes = true;
    const browser = new Browser(api);
    browser.cookie = visitor.cookies(api.url);
    const { socket } = await browser.socket();
    await expire('sam');
    // With this close reason the page goes to the provider without user interaction.
    expect((await once(socket, 'close')).map(String)).toEqual(['4401', 'Confirm at the provider']);
    expect(await role(browser)).toBeNull();
    const silent = `${api.url}/oidc-login?silent&back=/satp1`;
    expect(await visitor.follow(silent)).toBe(`${api.url}/satp1`);
    browser.cookie = visitor.cookies(api.url);
    expect(await role(browser)).toBe('OPERATOR');
    expect(await new Visitor().follow(silent)).toBe(`${api.url}/?refused=signed-out`);
  });
});

it('reports an unreachable provider', async () => {
  const lonely = await start(await newDatabase(), {
    AUTH: 'oidc',
    PUBLIC_URL: 'http://127.0.0.1:1/',
    OIDC_ISSUER: 'http://127.0.0.1:1',
    OIDC_CLIENT_ID: 'sequencer',
    ROLE_GROUPS: 'heads=admin',
  });
  const response = await fetch(`${lonely.url}/oidc-login`, { redirect: 'manual' });
  expect(response.headers.get('location')).toContain('refused=provider-away');
  await lonely.close();
});
