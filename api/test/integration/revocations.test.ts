/** Connections end when the proxy sign-in, token or account that they were opened with is revoked. */
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { Api } from '../../src/server.ts';
import { Browser, PASSWORD, usersFile } from '@sequencer/testing/api/browser';
import { newDatabase, start } from '@sequencer/testing/api/running-api';

const SECRET = 'only the proxy knows this';
const PROXY = {
  AUTH: 'password,proxy',
  TRUSTED_PROXIES: '127.0.0.1',
  PROXY_SECRET: SECRET,
  ROLE_GROUPS: 'heads=admin,crew=operator,žáci=viewer',
};
const SUBMIT = 'mutation { submitRun(input: { sequencer: "satp1", script: "x = 1", start: QUEUED }) { id } }';
/** Well before the periodic check of connections every 5 s. */
const SOON_MS = 3000;

let api: Api;
let database: string;
let ada: Browser;
beforeAll(async () => {
  database = await newDatabase();
  api = await start(database, { ...PROXY, USERS_FILE: await usersFile('ada:admin') });
  ada = await Browser.signedIn(api, 'ada');
});
afterAll(() => api.close());

/** The text of a header as UTF-8 bytes, each of which is one character for Node. */
const bytes = (text: string) => Buffer.from(text).toString('latin1');

function through(user: string, groups: string, to = api): Browser {
  return new Browser(to, {
    'x-sequencer-proxy-secret': SECRET,
    'x-forwarded-user': bytes(user),
    'x-forwarded-groups': bytes(groups),
  });
}

const program = (secret: string, to = api) => new Browser(to, { authorization: `Bearer ${secret}` });

async function tokenOf(by: Browser, role = 'OPERATOR'): Promise<string> {
  const made = await by.ask<{ createApiToken: string }>(
    `mutation { createApiToken(name: "bot", role: ${role}, days: 30) }`,
  );
  return made.data.createApiToken;
}

async function sql(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function opened(browser: Browser): Promise<WebSocket> {
  const { socket, first } = await browser.socket();
  expect(first).toBe('connection_ack');
  return socket;
}

/** The close code of the socket, soon after the mutation has succeeded. */
async function closedBy(socket: WebSocket, mutation: string, variables = {}): Promise<unknown> {
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(SOON_MS) });
  const [[code], refused] = await Promise.all([closed as Promise<unknown[]>, ada.code(mutation, variables)]);
  expect(refused).toBeNull();
  return code;
}

/** The error message of a request with these header lines, which may be duplicated. */
async function refusal(lines: string[]): Promise<string> {
  const body = '{"query":"{ me { name } }"}';
  const fixed = ['host', '127.0.0.1', 'content-type', 'application/json', 'content-length', String(body.length)];
  const sent = request(`${api.url}/graphql`, { method: 'POST', headers: [...fixed, ...lines] });
  // With a string as the body, Node would send the headers in UTF-8.
  sent.end(Buffer.from(body));
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  const { errors } = JSON.parse(await text(response)) as { errors?: { message: string }[] };
  return errors?.[0]?.message ?? '';
}

describe('a name that a proxy sends', () => {
  it.each(['André', 'Žofie', '李', 'नमस्ते', 'ณัฐ', 'O.Brien+obs@site'])('signs in %s', async (name) => {
    const user = through(name.normalize('NFD'), 'heads');
    expect(await user.me()).toBe(name.normalize('NFC'));
    expect(await user.code('mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }')).toBeNull();
    const { data } = await ada.ask<{ audit: { entries: { user: string }[] } }>(
      '{ audit(filter: { action: "setMode" }, first: 1) { entries { user } } }',
    );
    expect(data.audit.entries[0]?.user).toBe(name.normalize('NFC'));
  });

  it('can be in a group with a UTF-8 name', async () => {
    const { data } = await through('eva', 'žáci').ask<{ me: { role: string } }>('{ me { role } }');
    expect(data.me.role).toBe('VIEWER');
  });

  it('is rejected with a message when it is not UTF-8, or not a valid name', async () => {
    const secret = ['x-sequencer-proxy-secret', SECRET, 'x-forwarded-groups', 'heads'];
    expect(await refusal([...secret, 'x-forwarded-user', 'Andr\xe9'])).toContain('x-forwarded-user is not UTF-8');
    expect(await refusal([...secret, 'x-forwarded-user', 'eve <admin>'])).toContain('has no valid user name');
    expect(await refusal([...secret, 'x-forwarded-user', 'eve, boss'])).toContain('has no valid user name');
  });

  it('is rejected when a header is duplicated, because one may come from the client', async () => {
    const lines = ['x-sequencer-proxy-secret', SECRET, 'x-forwarded-user', 'eve', 'x-forwarded-groups', 'crew'];
    expect(await refusal(lines)).toBe('');
    for (const [name, value] of [
      ['X-Forwarded-Groups', 'heads'],
      ['x-forwarded-user', 'eve'],
      ['x-sequencer-proxy-secret', SECRET],
    ] as const) {
      expect(await refusal([name, value, ...lines]), name).toContain('sent more than once');
    }
  });
});

describe('a connection through a proxy', () => {
  it('is closed after a while, so that the proxy checks the user again', async () => {
    const often = await start(await newDatabase(), {
      ...PROXY,
      USERS_FILE: await usersFile('ada:admin'),
      PROXY_RECHECK_SECONDS: '1',
    });
    const socket = await opened(through('anna', 'crew', often));
    expect((await once(socket, 'close'))[0]).toBe(1013);
    await often.close();
  });

  it('is closed when an admin signs the user out; a new one can be opened', async () => {
    const anna = through('anna', 'crew');
    const socket = await opened(anna);
    expect(await closedBy(socket, 'mutation { signOutUser(name: "anna") }')).toBe(4401);
    await opened(anna);
  });

  it('is no longer authenticated after the sign-out, also on another replica', async () => {
    const replica = await start(database, { ...PROXY, USERS_FILE: await usersFile('ada:admin') });
    const socket = await opened(through('bela', 'crew', replica));
    expect(await ada.code('mutation { signOutUser(name: "bela") }')).toBeNull();
    expect((await once(socket, 'close'))[0]).toBe(4401);
    await replica.close();
  });
});

describe('a token of a proxy user', () => {
  it('has at most the last known grant of its owner', async () => {
    const bot = program(await tokenOf(through('olga', 'crew')));
    expect(await bot.code(SUBMIT)).toBeNull();
    expect(await through('olga', 'žáci').me()).toBe('olga');
    expect(await bot.code(SUBMIT)).toBe('FORBIDDEN');
    expect(await through('olga', 'guests').me()).toBeNull();
    const { errors } = await bot.ask('{ me { name } }');
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
    expect(errors?.[0]?.message).toContain('no longer has a role');
    expect(await through('olga', 'heads').me()).toBe('olga');
    expect(await bot.code(SUBMIT)).toBeNull();
  });

  it('is rejected when its owner has not signed in for long, until they sign in', async () => {
    const bot = program(await tokenOf(through('oleg', 'crew')));
    const socket = await opened(bot);
    await sql(database, `update owner_grants set seen_at = now() - interval '8 days' where user_name = 'oleg'`);
    expect((await once(socket, 'close'))[0]).toBe(4401);
    const { errors } = await bot.ask('{ me { name } }');
    expect(errors?.[0]).toMatchObject({
      message: 'oleg has not signed in for 7 days.',
      extensions: { remedy: 'The token works again after oleg signs in.' },
    });
    await through('oleg', 'crew').me();
    expect(await bot.me()).toBe('oleg');
  });

  it('is rejected where the sign-in method of its owner is disabled', async () => {
    const url = await newDatabase();
    const open = await start(url);
    const tokens = [await tokenOf(new Browser(open), 'ADMIN')];
    expect(await program(tokens[0] ?? '', open).me()).toBe('tester');
    await open.close();
    const site = await start(url, { ...PROXY, USERS_FILE: await usersFile('ada:admin') });
    tokens.push(await tokenOf(through('anna', 'heads', site), 'ADMIN'));
    await site.close();
    const later = await start(url, {
      AUTH: 'password',
      USERS_FILE: await usersFile('ada:admin', 'tester:admin', 'anna:admin'),
    });
    for (const token of tokens) {
      const { errors } = await program(token, later).ask('{ me { name } }');
      expect(errors?.[0]?.message).toContain('no longer uses');
    }
    await later.close();
  });
});

describe('the tokens of an account', () => {
  const MAKE = (name: string) =>
    `mutation { createAccount(name: "${name}", password: "${PASSWORD}", role: OPERATOR) { name } }`;
  const owner = async (name: string) => {
    await ada.ask(MAKE(name));
    return tokenOf(await Browser.signedIn(api, name));
  };

  it('are revoked when the password is reset, unless the admin keeps them', async () => {
    const RESET = `password: "another password of hers"`;
    const bot = program(await owner('rita'));
    const socket = await opened(bot);
    const keep = `mutation { resetPassword(name: "rita", ${RESET}, revokeTokens: false) { name } }`;
    expect(await ada.code(keep)).toBeNull();
    expect(await bot.me()).toBe('rita');
    expect(await closedBy(socket, `mutation { resetPassword(name: "rita", ${RESET}) { name } }`)).toBe(4401);
    expect(await bot.code('{ me { name } }')).toBe('UNAUTHENTICATED');
  });

  it('are revoked at a sign-out on request; otherwise their connections must authenticate again', async () => {
    const bot = program(await owner('rosa'));
    const kept = await opened(bot);
    expect(await closedBy(kept, 'mutation { signOutUser(name: "rosa") }')).toBe(1013);
    const again = await opened(bot);
    expect(await closedBy(again, 'mutation { signOutUser(name: "rosa", revokeTokens: true) }')).toBe(4401);
    expect(await bot.code('{ me { name } }')).toBe('UNAUTHENTICATED');
  });

  it('close their connections when they are revoked', async () => {
    const bot = program(await tokenOf(ada));
    const socket = await opened(bot);
    const { data } = await ada.ask<{ apiTokens: { id: string }[] }>('{ apiTokens { id } }');
    const revoke = 'mutation ($id: ID!) { revokeApiToken(id: $id) { id } }';
    expect(await closedBy(socket, revoke, { id: data.apiTokens[0]?.id })).toBe(4401);
  });
});
