import { expect, test } from 'vitest';
import messages from '../golden/messages.json' with { type: 'json' };
import { EVENT_SCHEMAS, readEvent } from './events.ts';
import { LIMITS } from './limits.ts';
import { COMMANDS, fromRunnerSchema, isUnknownType, toRunnerSchema } from './protocol.ts';

test('parses and serializes every golden message of the runner unchanged', () => {
  for (const message of [...messages.fromRunner, ...messages.newerFromRunner]) {
    expect(JSON.parse(JSON.stringify(fromRunnerSchema.parse(message)))).toEqual(message);
  }
});

test('parses and serializes every golden message of the gateway unchanged', () => {
  for (const message of messages.toRunner) {
    expect(JSON.parse(JSON.stringify(toRunnerSchema.parse(message)))).toEqual(message);
  }
});

test('the limits are those of the golden file, which the runner tests read too', () => {
  const { messageBytes, eventBytes } = LIMITS;
  expect({ messageBytes, eventBytes }).toEqual(messages.limits);
});

test('has a golden example of every message and command', () => {
  expect(new Set(messages.fromRunner.map((m) => m.type))).toEqual(new Set(['hello', 'events', 'reply']));
  expect(new Set(messages.toRunner.map((m) => m.type))).toEqual(new Set(['welcome', 'ack', 'command']));
  const named = messages.toRunner.flatMap((m) => (m.command ? [m.command.name] : []));
  expect(new Set(named)).toEqual(new Set(Object.keys(COMMANDS)));
});

test('a message of an unknown type is recognized as such', () => {
  for (const message of messages.unknownTypes) {
    expect(isUnknownType(message, fromRunnerSchema)).toBe(true);
    expect(isUnknownType(message, toRunnerSchema)).toBe(true);
  }
  for (const message of messages.badFromRunner) expect(isUnknownType(message, fromRunnerSchema)).toBe(false);
});

test('rejects invalid messages', () => {
  for (const message of messages.badFromRunner) expect(fromRunnerSchema.safeParse(message).success).toBe(false);
  for (const message of messages.badToRunner) expect(toRunnerSchema.safeParse(message).success).toBe(false);
});

test('keeps events of unknown types, and rejects invalid events of known types', () => {
  const at = '2026-11-24T04:00:00.000Z';
  expect(readEvent({ seq: 1, at, type: 'futureEvent' })).toBeNull();
  expect(readEvent({ seq: 1, at, type: 'toString' })).toBeNull();
  expect(() => readEvent({ seq: 1, at, type: 'output', stream: 'STDOUT' })).toThrow('text');
  expect(Object.keys(EVENT_SCHEMAS)).toContain('ended');
});
