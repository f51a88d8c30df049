import { expect, it } from 'vitest';
import { ACTION_NAMES, actionOf, resultOf } from './audit-text.ts';

const action = (name: string, args: object) => actionOf({ action: name, details: JSON.stringify(args) });

it('names an action with its arguments', () => {
  expect(action('stopRun', { id: 'x', level: 'INTERRUPT', escalate: true })).toBe(
    'Stop the run: interrupt, escalating if it has no effect',
  );
  expect(action('submitRun', { input: { sequencer: 'satp1', title: 'scan' } })).toBe('Submit a run: scan');
  expect(action('submitRun', { input: { sequencer: 'satp1' } })).toBe('Submit a run');
  expect(action('signIn', { name: 'ann', password: '***' })).toBe('Sign in as ann');
});

it('shows an unknown action and damaged details as they are', () => {
  expect(action('newAction', {})).toBe('newAction');
  expect(actionOf({ action: 'pauseRun', details: '{"id":"x ...' })).toBe('Pause the run');
});

it('explains a result', () => {
  const result = (name: string, code: string, message: string | null) =>
    resultOf({ action: name, result: code, message });
  expect(result('pauseRun', 'DONE', null)).toBe('Done');
  expect(result('pauseRun', 'REQUESTED', null)).toBe('Result not known');
  expect(result('signIn', 'UNAUTHENTICATED', 'The name or the password is wrong.')).toBe(
    'Refused: wrong name or password',
  );
  expect(result('pauseRun', 'FORBIDDEN', 'Your role does not allow this.')).toBe(
    'Refused: Your role does not allow this.',
  );
});

it('offers every action once', () => {
  expect(new Set(ACTION_NAMES.map(([, name]) => name)).size).toBe(ACTION_NAMES.length);
});
