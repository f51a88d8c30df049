/** Databases of every earlier version are migrated with their data; one of a later version is rejected. */
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { makeLog } from '../../src/lib/log.ts';
import { startApi } from '../../src/server.ts';
import { FIRST_RECORD, FIRST_RUN } from '@sequencer/testing/api/first-record';
import { TOKEN, ask, newDatabase, start } from '@sequencer/testing/api/running-api';

interface Journal {
  entries: { when: number; tag: string }[];
}

const FOLDER = join(import.meta.dirname, '../../migrations');
const journal = JSON.parse(readFileSync(join(FOLDER, 'meta/_journal.json'), 'utf8')) as Journal;

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** An API that is in a transaction may cause a deadlock. */
async function dropTables(url: string): Promise<void> {
  const text = 'drop schema public cascade; drop schema drizzle cascade; create schema public';
  for (;;) {
    try {
      await query(url, text);
      return;
    } catch (error) {
      if ((error as pg.DatabaseError).code !== '40P01') throw error;
    }
  }
}

/** A database of the version with the first `count` migrations. */
async function databaseOf(count: number): Promise<string> {
  const url = await newDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'sequencer-migrations-'));
  cpSync(FOLDER, folder, { recursive: true });
  writeFileSync(
    join(folder, 'meta/_journal.json'),
    JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }),
  );
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await migrate(drizzle(client), { migrationsFolder: folder });
  await client.end();
  rmSync(folder, { recursive: true });
  return url;
}

/** Tokens of a version that did not store the sign-in method of their owner: by password, by proxy, and unknown. */
const OLD_TOKENS = `
  insert into audit (at, user_name, via, address, action, details, result)
    values (now(), 'olga', 'proxy', '127.0.0.1', 'createApiToken', '{}', 'DONE');
  insert into api_tokens (id, hash, name, owner, owner_in_file, role, created_at, expires_at)
    select gen_random_uuid(), name, name, owner, in_file, 'OPERATOR', now(), now() + interval '1 day'
    from (values ('a', 'ada', true), ('b', 'olga', false), ('c', 'nobody', false)) as t (name, owner, in_file)`;

describe('migrations', () => {
  it('set the sign-in method of the owner of a token, if the audit log has it', async () => {
    const url = await databaseOf(journal.entries.findIndex(({ tag }) => tag === '0010_owner_grants'));
    await query(url, OLD_TOKENS);
    await (await start(url)).close();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const tokens = await client.query('select owner, method from api_tokens order by name');
    const grants = await client.query('select method, user_name from owner_grants');
    await client.end();
    expect(tokens.rows).toEqual([
      { owner: 'ada', method: 'password' },
      { owner: 'olga', method: 'proxy' },
      { owner: 'nobody', method: null },
    ]);
    expect(grants.rows).toEqual([{ method: 'proxy', user_name: 'olga' }]);
  });

  it('are ordered by time: drizzle skips an earlier one', () => {
    const times = journal.entries.map((entry) => entry.when);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
  });

  it.each(journal.entries.map((entry, index) => [entry.tag, index + 1] as const))(
    'take a database that ends with %s forward, with what it holds',
    async (_tag, count) => {
      const url = await databaseOf(count);
      await query(url, FIRST_RECORD);
      const api = await start(url);
      const { data } = await ask(
        api,
        'query ($id: ID!) { run(id: $id) { number title phase submittedBy output(first: 10) { text } } }',
        { id: FIRST_RUN },
      );
      await api.close();
      expect(data).toEqual({
        run: { number: 7, title: 'the moon', phase: 'SUCCEEDED', submittedBy: 'ann', output: [{ text: 'kept' }] },
      });
    },
  );
});

it('rejects a database of a newer version, and does not change it', async () => {
  const url = await databaseOf(journal.entries.length);
  const later = Math.max(...journal.entries.map((entry) => entry.when)) + 1;
  await query(url, `insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', ${String(later)})`);
  const config = readConfig({ PORT: '0', DATABASE_URL: url, RUNNER_TOKEN: TOKEN });
  await expect(startApi(config, makeLog('silent'))).rejects.toMatchObject({
    code: 'DATABASE_NEWER',
    message: expect.stringContaining('newer version') as unknown,
  });
  await query(url, "delete from drizzle.__drizzle_migrations where hash = 'later'");
  const api = await start(url);
  await api.close();
});

it('is not ready and ends when the database has lost its tables', async () => {
  const url = await newDatabase();
  const api = await start(url);
  await dropTables(url);
  const response = await fetch(`${api.url}/readyz`);
  expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('emptied or replaced')]);
  await expect(api.failure).rejects.toMatchObject({ code: 'DATABASE_REPLACED' });
  await api.close();
  const again = await start(url);
  expect((await fetch(`${again.url}/readyz`)).status).toBe(200);
  await again.close();
});

it('is ready while a newer version has migrated the database', async () => {
  const url = await newDatabase();
  const api = await start(url);
  const later = Math.max(...journal.entries.map((entry) => entry.when)) + 1;
  await query(url, `insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', ${String(later)})`);
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  await api.close();
});

it('waits for a database that starts later', async () => {
  const url = new URL(await newDatabase());
  let refused = 0;
  // Like a server that is starting: it accepts connections and closes them.
  const door = createServer((near) => {
    if (refused < 3) {
      refused += 1;
      near.destroy();
      return;
    }
    const far = connect(Number(url.port), url.hostname);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far).pipe(near);
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const late = new URL(url);
  late.port = String((door.address() as AddressInfo).port);
  const api = await start(late.href);
  expect(refused).toBe(3);
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  await api.close();
  door.close();
});
