import { afterAll, expect, it } from 'vitest';
import { makeLog } from '../lib/log.ts';
import { StatementReader } from './statement-reader.ts';

const reader = new StatementReader(makeLog('silent'));
afterAll(() => {
  reader.close();
});

it('reads a script once', async () => {
  let count = 0;
  const script = () => {
    count += 1;
    return 'move(1)\n';
  };
  const first = await reader.read('a', script);
  expect(first).toMatchObject([{ firstLine: 1, general: 'move' }]);
  expect(await reader.read('a', script)).toBe(first);
  expect(count).toBe(1);
});

it('keeps the last used 100,000 statements', async () => {
  const count = 20_000;
  const reads = new Map<string, number>();
  const read = (id: string) =>
    reader.read(id, () => {
      reads.set(id, (reads.get(id) ?? 0) + 1);
      return 'x\n'.repeat(count);
    });
  for (const id of ['1', '2', '3', '4', '1', '5', '6']) await read(id);
  await read('1');
  expect(reads.get('1')).toBe(1);
  await read('2');
  expect(reads.get('2')).toBe(2);
}, 60_000);

it.each([
  ['deep brackets', '('.repeat(500_000)],
  ['a long sum', '1' + '+1'.repeat(250_000)],
  ['many errors', ') '.repeat(262_000)],
  ['a long string', '"a" '.repeat(125_000)],
  ['deep blocks', Array.from({ length: 900 }, (_, depth) => `${' '.repeat(depth)}if x:\n`).join('')],
  ['one long call', `f(${'a=1,'.repeat(125_000)})`],
])('survives %s', { timeout: 60_000 }, async (name, script) => {
  await reader.read(name, () => script);
  expect(await reader.read(`after ${name}`, () => 'move(1)\n')).toMatchObject([{ general: 'move' }]);
});
