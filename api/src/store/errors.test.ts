import { DrizzleQueryError } from 'drizzle-orm/errors';
import pg from 'pg';
import { expect, test } from 'vitest';
import { isRefused } from './errors.ts';

const withState = (code: string) => Object.assign(new pg.DatabaseError('failed', 6, 'error'), { code });
const ofQuery = (cause: Error) => new DrizzleQueryError('insert into events', [], cause);

test.each([
  ['a value that the server refuses', withState('22P05')],
  ['a violated constraint', withState('23514')],
  ['a time that the driver cannot write', new RangeError('Invalid time value')],
])('%s is refused', (_what, error) => {
  expect(isRefused(ofQuery(error))).toBe(true);
});

test.each([
  ['a full disk', withState('53100')],
  ['a connection that ended', new Error('Connection terminated unexpectedly')],
  ['a connection error that is not known', new Error('The server does not support SSL connections')],
])('%s is not refused: values must not be left out because of it', (_what, error) => {
  expect(isRefused(ofQuery(error))).toBe(false);
});
