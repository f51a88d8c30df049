/** The authorization table: against the whole schema, and with requests. */
import { createRequire } from 'node:module';
import type { GraphQLInputType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEEDS } from '../../src/auth/rules.ts';
import { needsOf } from '../../src/graphql/core/authorization.ts';
import { schema } from '../../src/graphql/schema.ts';
import type { Api } from '../../src/server.ts';
import { Browser, usersFile } from '@sequencer/testing/api/browser';
import { newDatabase, start } from '@sequencer/testing/api/running-api';

// The copy of the library that the schema was made with.
const { buildSchema, printSchema } = createRequire(import.meta.url)('graphql') as typeof import('graphql');

describe('the authorization table', () => {
  it('has every field and argument of the schema, and nothing else', () => {
    expect([...needsOf(schema).keys()].sort()).toEqual([...NEEDS.keys()].sort());
  });

  it('prevents a schema with a field or argument without a rule', () => {
    const sdl = printSchema(schema);
    const more = (text: string, by: string) => buildSchema(sdl.replace(text, `${text}\n${by}`));
    expect(() => needsOf(more('type Run {', 'secret: String'))).toThrow('Run.secret');
    expect(() => needsOf(more('type Mutation {', 'rob(bank: String): Int'))).toThrow('Mutation.rob(bank)');
    expect(() => needsOf(more('input RunFilter {', 'odd: Int'))).toThrow('RunFilter.odd');
    expect(() => needsOf(buildSchema(sdl))).not.toThrow();
  });
});

/** A value of the type that passes validation. */
function value(type: GraphQLInputType): string {
  const text = String(type).replace(/!$/, '');
  if (text.startsWith('[')) return '[]';
  const named = schema.getType(text);
  if (named && 'getValues' in named) return named.getValues()[0]?.name ?? '';
  if (named && 'getFields' in named && !('getInterfaces' in named)) {
    const fields = Object.values(named.getFields()).filter((field) => String(field.type).endsWith('!'));
    return `{ ${fields.map((field) => `${field.name}: ${value(field.type)}`).join(', ')} }`;
  }
  return { Int: '1', Boolean: 'true', DateTime: '"2026-11-24T04:00:00Z"' }[text] ?? '"satp1"';
}

/** A call of every query and mutation, with its requirement. */
const calls = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
  Object.values(type?.getFields() ?? {}).map((field) => {
    const args = field.args.map((arg) => `${arg.name}: ${value(arg.type)}`).join(', ');
    const named = schema.getType(String(field.type).replaceAll(/[[\]!]/g, ''));
    const inside = named && 'getFields' in named ? '{ __typename }' : '';
    const kind = type === schema.getQueryType() ? 'query' : 'mutation';
    return {
      need: NEEDS.get(`${String(type)}.${field.name}`),
      name: field.name,
      text: `${kind} { ${field.name}${args ? `(${args})` : ''} ${inside} }`,
    };
  }),
);

describe('requests', () => {
  let api: Api;
  beforeAll(async () => {
    const file = await usersFile('vera:viewer', 'otto:operator');
    api = await start(await newDatabase(), { AUTH: 'password', USERS_FILE: file });
  });
  afterAll(() => api.close());

  it('of an unauthenticated client get nothing', async () => {
    const stranger = new Browser(api);
    for (const { name, text, need } of calls) {
      if (need !== 'ANYBODY') expect(await stranger.code(text), name).toBe('UNAUTHENTICATED');
    }
  });

  it('of a viewer get nothing for operators, and only those of an admin get what is for admins', async () => {
    const vera = await Browser.signedIn(api, 'vera');
    const otto = await Browser.signedIn(api, 'otto');
    expect(calls.filter(({ need }) => need === 'OPERATOR').length).toBeGreaterThan(15);
    for (const { name, text, need } of calls) {
      if (need === 'OPERATOR' || need === 'ADMIN') expect(await vera.code(text), name).toBe('FORBIDDEN');
      if (need === 'ADMIN') expect(await otto.code(text), name).toBe('FORBIDDEN');
    }
  });
});
