/** Names and titles are text that a reader can see, and a search finds them in whichever form they were typed. */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { USER_NAME } from '../../src/auth/user.ts';
import type { Api } from '../../src/server.ts';
import { ask, newDatabase, start, submit } from '@sequencer/testing/api/running-api';

let database: string;
let api: Api;
beforeAll(async () => {
  database = await newDatabase();
  api = await start(database);
});
afterAll(() => api.close());

const UNSEEN = ['\u200B', '\u2060', '\u00AD', '\u2062', '\u3164', '\u2800', '\u{E0041}', '\u034F', '\uFEFF', '\u202E'];

async function titlesFound(text: string): Promise<string[]> {
  const { data, errors } = await ask<{ runs: { edges: { node: { title: string } }[] } }>(
    api,
    'query ($text: String) { runs(filter: { text: $text }) { edges { node { title } } } }',
    { text },
  );
  expect(errors).toBeUndefined();
  return data.runs.edges.map(({ node }) => node.title);
}

async function titled(title: string): Promise<string | undefined> {
  const { data, errors } = await submit(api, { title, start: 'QUEUED' });
  if (errors) return errors[0]?.extensions.code;
  const { data: run } = await ask<{ run: { title: string } }>(api, 'query ($id: ID!) { run(id: $id) { title } }', {
    id: data.submitRun.id,
  });
  return run.run.title;
}

it('rejects titles with invisible characters', async () => {
  for (const character of UNSEEN) {
    expect([character, await titled(`a${character}b`)]).toEqual([character, 'BAD_INPUT']);
  }
  expect(await titled('\u3164')).toBe('BAD_INPUT');
  for (const title of ['Žofie 李', 'नमस्ते', 'scan 👩‍🔬 ❤️', 'a b']) expect(await titled(title)).toBe(title);
});

it('rejects names of tokens and users with invisible characters', async () => {
  const mutation =
    'mutation ($name: String!) { createApiToken(input: { name: $name, role: VIEWER, days: 1 }) { token } }';
  for (const character of UNSEEN) {
    expect([character, USER_NAME.test(`anna${character}`)]).toEqual([character, false]);
    const { errors } = await ask(api, mutation, { name: `night${character}` });
    expect([character, errors?.[0]?.extensions.code]).toEqual([character, 'BAD_INPUT']);
  }
  for (const name of ['anna', 'Žofie', '李', 'a.b_c@d+e-f']) expect([name, USER_NAME.test(name)]).toEqual([name, true]);
});

it('finds a title in any form of its letters', async () => {
  const title = 'Żółw Straße ΣΊΣΥΦΟΣ';
  await titled(title.normalize('NFD'));
  const words = ['żółw', 'ŻÓŁW', 'STRASSE', 'straße', 'σίσυφος', 'Σίσυφοσ'];
  for (const text of words.flatMap((word) => [word, word.normalize('NFD')])) {
    expect([text, await titlesFound(text)]).toEqual([text, [title]]);
  }
  expect(await titlesFound('żółwie')).toEqual([]);
});

it('finds text of a script that was stored composed or decomposed', async () => {
  for (const form of ['NFC', 'NFD']) {
    await submit(api, { title: form, script: `# Přerov ${form}\n`.normalize(form), start: 'QUEUED' });
  }
  for (const form of ['NFC', 'NFD']) {
    expect((await titlesFound('Přerov'.normalize(form))).toSorted()).toContain(form);
  }
});

it('finds runs that an earlier version stored', async () => {
  await titled('old');
  await api.close();
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  await client.query(`comment on column runs.words is null`);
  await client.query(`update runs set words = $1 where title = 'old'`, ['The Moon\nČapek'.normalize('NFD')]);
  await client.end();
  api = await start(database);
  for (const text of ['čapek', 'Čapek', 'the moon']) expect([text, await titlesFound(text)]).toEqual([text, ['old']]);
});
