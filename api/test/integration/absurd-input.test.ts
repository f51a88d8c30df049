/** Values that no client means: each gets an answer that names it, and none reaches the database as it is. */
import { readFileSync } from 'node:fs';
import {
  GraphQLNonNull,
  buildSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import { ask, newDatabase, start, submit } from '@sequencer/testing/api/running-api';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
let api: Api;
let run: string;
beforeAll(async () => {
  api = await start(await newDatabase(), { SEQUENCERS: 'satp1,lat' });
  run = (await submit(api, { start: 'QUEUED' })).data.submitRun.id;
});
afterAll(() => api.close());

const cursor = (text: string) => Buffer.from(text).toString('base64url');
const ID = '4c0a9f7e-64ff-4c6e-8d0f-53f1cf1b0a11';
const MOMENTS = [
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '+275760-09-13T00:00:00Z',
  '2026-99-99T00:00:00Z',
];
const STRINGS = [
  '',
  'a\0b',
  '\uD800',
  '%',
  '\\',
  '-'.repeat(36),
  '9'.repeat(400),
  '9'.repeat(15),
  'x'.repeat(400_000),
  ...MOMENTS,
  ...[...MOMENTS, '2026-11-24T99:99:99.9Z', '1', '-1', '9'.repeat(131_073), '1e999', 'NaN'].flatMap((value) => [
    cursor(`${value} ${ID}`),
    cursor(`${value} ${'-'.repeat(36)}`),
    cursor(`${value} ${'a'.repeat(36)}`),
  ]),
];
const NUMBERS = [0, -1, -(2 ** 31), 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e308, 0.5];
const OTHERS = [null, true, {}, [], [[]]];

function absurd(given: GraphQLInputType): unknown[] {
  const type = getNullableType(given);
  if (isListType(type)) {
    const inner = isEnumType(getNamedType(type)) ? ['FAILED', 'NO_SUCH_PHASE'] : ['line', 'no such type', 'a\0b'];
    return [...OTHERS, ...inner.flatMap((value) => [[value], Array.from({ length: 66_000 }, () => value)])];
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).flatMap((field) =>
      absurd(field.type).map((value) => ({ [field.name]: value })),
    );
  }
  return isLeafType(type) ? [...OTHERS, ...NUMBERS, ...STRINGS] : [];
}

interface Case {
  query: string;
  variables: Record<string, unknown>;
}

/** Each argument of the field with each absurd value, the others as they are by default or have to be. */
function casesOf(field: GraphQLField<unknown, unknown>, around: (inner: string) => string): Case[] {
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  const needed = (arg: GraphQLArgument) => arg.type instanceof GraphQLNonNull && arg.defaultValue === undefined;
  const orders = field.args.some(({ name }) => name === 'order') ? ['NEWEST', 'OLDEST', 'LONGEST'] : [null];
  return field.args.flatMap((arg) =>
    absurd(arg.type).flatMap((value) =>
      orders.map((order) => {
        const args = field.args.filter((other) => other === arg || needed(other));
        const words = args.map(({ name }) => `${name}: ${name === arg.name ? '$value' : JSON.stringify(run)}`);
        if (order && arg.name !== 'order') words.push(`order: ${order}`);
        const query = around(`${field.name}(${words.join(', ')}) ${selection}`).replace(
          'query',
          `query ($value: ${String(arg.type)})`,
        );
        return { query, variables: { value } };
      }),
    ),
  );
}

const EXPECTED = new Set([
  'BAD_INPUT',
  'UNKNOWN_RUN',
  'UNKNOWN_SEQUENCER',
  'RUN_NOT_STARTED',
  'RUNNER_AWAY',
  'SCRIPT_NOT_TEXT',
  'TOO_COMPLEX',
]);

async function codesOf({ query, variables }: Case): Promise<string[]> {
  const { errors = [] } = await ask(api, query, variables);
  return errors.map(({ extensions }) => extensions.code);
}

it('returns a typed error for every invalid argument of every query', { timeout: 240_000 }, async () => {
  const fieldsOf = (type: 'Query' | 'Run' | 'Sequencer') => {
    const object = schema.getType(type);
    if (!object || !('getFields' in object)) throw new Error(type);
    return Object.values(object.getFields()) as GraphQLField<unknown, unknown>[];
  };
  const cases = [
    ...fieldsOf('Query').flatMap((field) => casesOf(field, (inner) => `query { ${inner} }`)),
    ...fieldsOf('Run').flatMap((field) => casesOf(field, (inner) => `query { run(id: "${run}") { ${inner} } }`)),
    ...fieldsOf('Sequencer').flatMap((field) =>
      casesOf(field, (inner) => `query { sequencer(name: "satp1") { ${inner} } }`),
    ),
  ];
  expect(cases.length).toBeGreaterThan(1000);
  for (const each of cases) {
    const wrong = (await codesOf(each)).filter((code) => !EXPECTED.has(code));
    expect({ query: each.query, value: JSON.stringify(each.variables).slice(0, 200), wrong }).toMatchObject({
      wrong: [],
    });
  }
});

it('rejects invalid values, and accepts unusual ones', async () => {
  const runs =
    'query ($after: String, $from: DateTime) { runs(after: $after, filter: { from: $from }) { totalCount } }';
  for (const from of MOMENTS) expect(await codesOf({ query: runs, variables: { from } })).toEqual(['BAD_INPUT']);
  for (const from of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z']) {
    expect(await codesOf({ query: runs, variables: { from } })).toEqual([]);
  }
  const after = cursor(`2026-99-99T00:00:00Z ${ID}`);
  expect(await codesOf({ query: runs, variables: { after } })).toEqual(['BAD_INPUT']);
  const events = 'query ($id: ID!, $types: [String!]) { run(id: $id) { events(types: $types) { seq } } }';
  const types = Array.from({ length: 66_000 }, () => 'line');
  expect(await codesOf({ query: events, variables: { id: run, types } })).toEqual([]);
});

it('returns 400 for an audit export with an invalid date', async () => {
  const get = async (search: string) => (await fetch(`${api.url}/audit.csv?${search}`)).status;
  for (const from of ['yesterday', '%2B275760-09-13', '0000-01-01', '2026-02-30', ''])
    expect(await get(`from=${from}`)).toBe(400);
  expect(await (await fetch(`${api.url}/audit.csv?to=yesterday`)).json()).toMatchObject({
    errors: [{ message: 'to: not a date or a time.', extensions: { code: 'BAD_INPUT' } }],
  });
  for (const search of [
    '',
    'from=2026-11-24',
    'to=2026-11-24T04:00:00Z',
    'user=%00',
    'action=%00&sequencer=%ED%A0%80',
  ]) {
    expect(await get(search)).toBe(200);
  }
});

it('returns REQUEST_ID_REUSED for a requestId of another script', async () => {
  const input = { requestId: 'night-1', script: 'x = 1\n', start: 'QUEUED' };
  const first = await submit(api, input);
  expect((await submit(api, input)).data.submitRun.id).toBe(first.data.submitRun.id);
  for (const other of [{ script: 'x = 2\n' }, { sequencer: 'lat' }]) {
    const { errors } = await submit(api, { ...input, ...other });
    expect(errors?.[0]?.extensions.code).toBe('REQUEST_ID_REUSED');
  }
});
