/** Errors as the page shows them, also those of a newer server. */
import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { CombinedError } from '@urql/vue';
import { ApiError, errorText } from './client.ts';

const reported = (extensions: Record<string, unknown>) =>
  ApiError.of(new CombinedError({ graphQLErrors: [new GraphQLError('It is locked.', { extensions })] }));

it.each([
  [{ code: 'STALE_PROMPT', remedy: 'Try again.' }, 'STALE_PROMPT', 'It is locked. Try again.'],
  [{ code: 'FILTER_WHEEL_LOCKED' }, 'FILTER_WHEEL_LOCKED', 'It is locked.'],
  [{ code: 7, remedy: ['newer'] }, 'INTERNAL', 'It is locked.'],
  [{}, 'INTERNAL', 'It is locked.'],
])('shows the message and the remedy of an error with %j', (extensions, code, text) => {
  const error = reported(extensions);
  expect(error.code).toBe(code);
  expect(errorText(error)).toBe(text);
});

it('shows what to do while the server is unreachable', () => {
  const error = ApiError.of(new CombinedError({ networkError: new Error('fetch failed') }));
  expect(error.code).toBe('UNREACHABLE');
  expect(errorText(error)).toBe('The server cannot be reached. Try again when the page has reconnected.');
});

it('shows the message of any other error', () => {
  expect(errorText(new Error('no clipboard'))).toBe('no clipboard');
  expect(errorText('no clipboard')).toBe('no clipboard');
});
