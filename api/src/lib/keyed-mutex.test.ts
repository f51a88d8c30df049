import { expect, test } from 'vitest';
import { KeyedMutex } from './keyed-mutex.ts';

test('runs actions with one key one after another, in order', async () => {
  const mutex = new KeyedMutex();
  const first = Promise.withResolvers<string>();
  const log: string[] = [];
  const one = mutex.run('a', () => first.promise);
  const two = mutex.run('a', () => log.push('two'));
  const three = mutex.run('a', () => log.push('three'));
  await mutex.run('b', () => log.push('other key'));
  expect(log).toEqual(['other key']);
  first.resolve('result');
  await Promise.all([two, three]);
  expect(await one).toBe('result');
  expect(log).toEqual(['other key', 'two', 'three']);
});

test('rejects with the error of the action, and runs the next one', async () => {
  const mutex = new KeyedMutex();
  const failed = mutex.run('a', () => Promise.reject(new Error('no')));
  const next = mutex.run('a', () => 2);
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe(2);
});
