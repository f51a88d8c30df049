/** Accounts that admins create: sign-in, changes, and that one admin always remains. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Api } from '../../src/server.ts';
import { Browser, PASSWORD, usersFile } from '@sequencer/testing/api/browser';
import { newDatabase, start } from '@sequencer/testing/api/running-api';

let api: Api;
let file: string;
let database: string;
let ada: Browser;

beforeAll(async () => {
  file = await usersFile('ada:admin', 'otto:operator');
  database = await newDatabase();
  api = await start(database, { AUTH: 'password', USERS_FILE: file });
  ada = await Browser.signedIn(api, 'ada');
});
afterAll(() => api.close());

const CREATE = `mutation ($name: String!, $password: String!, $role: Role!, $sequencers: [String!]) {
  createAccount(name: $name, password: $password, role: $role, sequencers: $sequencers) { name role sequencers inFile createdBy }
}`;
const RESET =
  'mutation ($name: String!, $password: String!) { resetPassword(name: $name, password: $password) { name } }';
const OWN = `mutation ($currentPassword: String!, $newPassword: String!) {
  changePassword(currentPassword: $currentPassword, newPassword: $newPassword) }`;
const disable = (name: string, disabled = true) =>
  `mutation { disableAccount(name: "${name}", disabled: ${String(disabled)}) { disabledAt } }`;
const grant = (name: string, role: string, more = '') =>
  `mutation { changeAccount(name: "${name}", role: ${role}${more}) { role sequencers } }`;
const onMode = (sequencer: string) => `mutation { setMode(sequencer: "${sequencer}", mode: OFF) { name } }`;

function create(by: Browser, name: string, role = 'OPERATOR', more: Record<string, unknown> = {}) {
  return by.code(CREATE, { name, password: PASSWORD, role, ...more });
}

describe('an account', () => {
  it('gives a user its role, and follows changes of the role', async () => {
    expect(await create(ada, 'olga', 'OPERATOR', { sequencers: ['satp1'] })).toBeNull();
    const olga = await Browser.signedIn(api, 'olga');
    expect(await olga.code(onMode('satp1'))).toBeNull();
    expect(await olga.code(onMode('lat'))).toBe('FORBIDDEN');
    expect(await olga.code('{ accounts { name } }')).toBe('FORBIDDEN');
    expect(await create(olga, 'friend')).toBe('FORBIDDEN');
    expect(await ada.code(grant('olga', 'OPERATOR'))).toBeNull();
    expect(await olga.code(onMode('lat'))).toBeNull();
    expect(await ada.code(grant('olga', 'VIEWER'))).toBeNull();
    expect(await olga.code(onMode('satp1'))).toBe('FORBIDDEN');
  });

  it('allows no sign-in, session, websocket or token while it is disabled', async () => {
    await create(ada, 'bob');
    const bob = await Browser.signedIn(api, 'bob');
    const made = await bob.ask<{ createApiToken: string }>(
      'mutation { createApiToken(name: "bot", role: OPERATOR, days: 1) }',
    );
    const bot = new Browser(api, { authorization: `Bearer ${made.data.createApiToken}` });
    expect(await bot.me()).toBe('bob');
    const { socket } = await bob.socket();
    const closed = once(socket, 'close');
    expect(await ada.code(disable('bob'))).toBeNull();
    expect((await closed)[0]).toBe(4401);
    expect(await bob.me()).toBeNull();
    expect(await bot.code('{ me { name } }')).toBe('UNAUTHENTICATED');
    expect((await bob.signIn('bob')).errors?.[0]?.message).toBe('The name or the password is wrong.');
    expect(await ada.code(disable('bob', false))).toBeNull();
    expect(await bob.me()).toBeNull();
    expect((await bob.signIn('bob')).data.signIn.name).toBe('bob');
    expect(await bot.me()).toBe('bob');
  });

  it('gets a new password from an admin, which ends its sessions', async () => {
    await create(ada, 'carl');
    const carl = await Browser.signedIn(api, 'carl');
    expect(await ada.code(RESET, { name: 'carl', password: 'too short' })).toBe('BAD_INPUT');
    expect(await carl.me()).toBe('carl');
    expect(await ada.code(RESET, { name: 'carl', password: 'a new one for carl' })).toBeNull();
    expect(await carl.me()).toBeNull();
    expect((await carl.signIn('carl')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect((await carl.signIn('carl', 'a new one for carl')).errors).toBeUndefined();
  });

  it('lets its owner change the password, if the owner knows the current one', async () => {
    await create(ada, 'dora', 'VIEWER');
    const [here, there] = [await Browser.signedIn(api, 'dora'), await Browser.signedIn(api, 'dora')];
    const change = (currentPassword: string, newPassword: string) => here.code(OWN, { currentPassword, newPassword });
    expect(await change('a guess of mine', 'my own password')).toBe('FORBIDDEN');
    expect(await change(PASSWORD, 'short')).toBe('BAD_INPUT');
    expect(await there.me()).toBe('dora');
    expect(await change(PASSWORD, 'my own password')).toBeNull();
    expect(await here.me()).toBe('dora');
    expect(await there.me()).toBeNull();
    expect((await there.signIn('dora', 'my own password')).errors).toBeUndefined();
    const otto = await Browser.signedIn(api, 'otto');
    const has = async (who: Browser) => (await who.ask<{ me: { byAccount: boolean } }>('{ me { byAccount } }')).data.me;
    expect([await has(here), await has(otto)]).toEqual([{ byAccount: true }, { byAccount: false }]);
    const refused = await otto.ask(OWN, { currentPassword: PASSWORD, newPassword: 'my own password' });
    expect(refused.errors?.[0]?.message).toContain('users file');
  });

  it('must have a valid, unique name that is not in the users file', async () => {
    expect(await create(ada, 'emil', 'VIEWER')).toBeNull();
    expect(await create(ada, 'emil', 'ADMIN')).toBe('BAD_INPUT');
    expect(await create(ada, 'otto', 'ADMIN')).toBe('BAD_INPUT');
    for (const name of ['', 'two words', '\u202Eemil', 'x'.repeat(65), '<b>']) {
      expect(await create(ada, name)).toBe('BAD_INPUT');
    }
    expect(await create(ada, 'finn', 'VIEWER', { sequencers: ['satp1'] })).toBe('BAD_INPUT');
    expect(await create(ada, 'finn', 'OPERATOR', { sequencers: [] })).toBe('BAD_INPUT');
    expect(await create(ada, 'finn', 'OPERATOR', { sequencers: ['nowhere'] })).toBe('UNKNOWN_SEQUENCER');
    expect(await ada.code(disable('otto'))).toBe('BAD_INPUT');
    expect(await ada.code(disable('nobody'))).toBe('BAD_INPUT');
    const { data } = await ada.ask<{ accounts: { name: string; inFile: boolean }[] }>('{ accounts { name inFile } }');
    expect(data.accounts.slice(0, 2)).toEqual([
      { name: 'ada', inFile: true },
      { name: 'otto', inFile: true },
    ]);
    expect(data.accounts).toContainEqual({ name: 'emil', inFile: false });
    expect(data.accounts.map(({ name }) => name)).not.toContain('finn');
  });

  it('cannot be managed with an API token', async () => {
    const made = await ada.ask<{ createApiToken: string }>(
      'mutation { createApiToken(name: "a", role: ADMIN, days: 1) }',
    );
    const bot = new Browser(api, { authorization: `Bearer ${made.data.createApiToken}` });
    expect(await create(bot, 'mole', 'ADMIN')).toBe('FORBIDDEN');
  });

  it('is stored and audited without its password', async () => {
    await create(ada, 'gwen', 'VIEWER');
    await ada.code(RESET, { name: 'gwen', password: 'gwens other password' });
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    const rows = await client.query<{ row: string }>(
      'select a::text as row from accounts a union all select t::text from audit t',
    );
    await client.end();
    const text = rows.rows.map(({ row }) => row).join('\n');
    expect(text).toContain('resetPassword');
    for (const secret of [PASSWORD, 'gwens other password', 'my own password']) expect(text).not.toContain(secret);
  });
});

describe('an admin', () => {
  it('cannot lock themselves out', async () => {
    await create(ada, 'hana', 'ADMIN');
    const hana = await Browser.signedIn(api, 'hana');
    expect(await hana.code(disable('hana'))).toBe('FORBIDDEN');
    expect(await hana.code(grant('hana', 'OPERATOR'))).toBe('FORBIDDEN');
    expect(await hana.code(grant('hana', 'ADMIN'))).toBeNull();
    expect(await hana.me()).toBe('hana');
  });

  it('remains when two admins disable each other at the same time', async () => {
    await Promise.all([create(ada, 'ines', 'ADMIN'), create(ada, 'jan', 'ADMIN')]);
    for (let round = 0; round < 5; round++) {
      const [ines, jan] = [await Browser.signedIn(api, 'ines'), await Browser.signedIn(api, 'jan')];
      const results = await Promise.all([ines.code(disable('jan')), jan.code(disable('ines'))]);
      // The second admin is disabled when its request is checked, by the authenticator or by the locked row.
      expect(results.filter((code) => code === null)).toHaveLength(1);
      expect(await ada.code(disable('ines', false))).toBeNull();
      expect(await ada.code(disable('jan', false))).toBeNull();
    }
  });
});

it('prefers the users file to accounts', async () => {
  await create(ada, 'kim', 'VIEWER');
  const kim = await Browser.signedIn(api, 'kim');
  const line = await usersFile('kim:operator');
  writeFileSync(file, readFileSync(file, 'utf8') + readFileSync(line, 'utf8'));
  await vi.waitFor(async () => {
    expect(await kim.code(onMode('satp1'))).toBeNull();
  }, 10_000);
  expect(await ada.code(disable('kim'))).toBe('BAD_INPUT');
});

it('rejects grants for some sequencers where scripts run as the user of the API', async () => {
  const url = await newDatabase();
  const env = { AUTH: 'password', USERS_FILE: await usersFile('ada:admin') };
  const shared = await start(url, { ...env, SHARED_UNIX_USER: 'refuse' });
  const admin = await Browser.signedIn(shared, 'ada');
  const create = (name: string, sequencers: string) =>
    `mutation { createAccount(name: "${name}", password: "${PASSWORD}", role: OPERATOR ${sequencers}) { name } }`;
  const { errors } = await admin.ask(create('olga', ', sequencers: ["satp1"]'));
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  expect(errors?.[0]?.message).toContain('can act as admin');
  expect(await admin.code(create('otto', ''))).toBeNull();
  const token = (sequencers: string) => `mutation { createApiToken(name: "x", role: OPERATOR ${sequencers}, days: 1) }`;
  expect(await admin.code(token(', sequencers: ["satp1"]'))).toBe('BAD_INPUT');
  expect(await admin.code(token(''))).toBeNull();
  await shared.close();

  const apart = await start(url, env);
  expect(await (await Browser.signedIn(apart, 'ada')).code(create('olga', ', sequencers: ["satp1"]'))).toBeNull();
  await apart.close();
  await expect(start(url, { ...env, SHARED_UNIX_USER: 'refuse' })).rejects.toThrow('The accounts olga cannot be used');
});
