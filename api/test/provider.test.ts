/** Signing in at a real OpenID Connect provider, from end to end. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Api } from '../src/server.ts';
import { Browser } from './browser.ts';
import { newDatabase, start } from './running-api.ts';

const SECRET = 'the-secret-between-us';
const GROUPS: Record<string, string[]> = { ada: ['heads'], sam: ['satp1-crew', 'guests'], zoe: ['elsewhere'] };

let issuer: string;
let server: Server;
let api: Api;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

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
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({ sub, preferred_username: sub, groups: GROUPS[sub] }),
    }),
    pkce: { required: () => true },
    cookies: { keys: ['only for tests'] },
  });
  const answer = provider.callback();
  server = createServer((request, response) => void answer(request, response)).listen(providerPort, '127.0.0.1');
  await once(server, 'listening');
  api = await start(await newDatabase(), {
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

  /** Until the browser is back; resolves with the address that it was sent to last. */
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

it('signs in whom the provider knows, with the role of their group, and comes back to the page', async () => {
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

it('does not let in who is in no group that has a role', async () => {
  const { browser, end } = await signedIn('zoe');
  expect(end).toBe(`${api.url}/?refused=no-role`);
  expect(await browser.me()).toBeNull();
});

it('refuses a way back that another browser began, and one that is used twice', async () => {
  const visitor = new Visitor();
  const back = await visitor.signIn('ada', `${api.url}/oidc-login`, '/oidc-callback?');
  // Who is made to follow somebody else's link is not signed in as that person.
  const victim = new Visitor();
  expect((await victim.get(back)).headers.get('location')).toContain('refused=not-finished');
  expect((await visitor.get(back)).headers.get('location')).toBe(`${api.url}/`);
  expect((await visitor.get(back)).headers.get('location')).toContain('refused=not-finished');
});

it('sends nobody to another site', async () => {
  for (const evil of ['https://evil.example/', '//evil.example/', '\\\\evil.example', 'javascript:alert(1)']) {
    const visitor = new Visitor();
    expect(await visitor.signIn('ada', `${api.url}/oidc-login?back=${encodeURIComponent(evil)}`)).toBe(`${api.url}/`);
  }
});

it('says so when the provider is away', async () => {
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
