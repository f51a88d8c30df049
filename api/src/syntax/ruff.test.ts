import { afterAll, describe, expect, it } from 'vitest';
import { makeLog } from '../lib/log.ts';
import { NO_PROBLEMS, syntaxFindings, warningFindings, type RuffReport } from './report.ts';
import { Ruff } from './ruff.ts';

const ruff = new Ruff(makeLog('silent'));
afterAll(() => {
  ruff.close();
});

const GOOD: RuffReport = { syntaxError: null, undefinedNames: NO_PROBLEMS, sorunlib: NO_PROBLEMS };

async function findings(script: string, python: string | null = '3.13.0') {
  const report = await ruff.check(script, python, true);
  if (!report) throw new Error('not checked');
  return [...syntaxFindings(report), ...warningFindings(report)];
}

const refuses = async (script: string, python?: string | null) =>
  (await findings(script, python)).some(({ severity }) => severity === 'error');

it('reports the first syntax error and no other', async () => {
  expect(await findings('x = 1\nif x\n    y = )\nz(\n')).toEqual([
    { severity: 'error', line: 2, column: 5, code: 'SYNTAX_ERROR', message: 'line 2: Expected `:`, found newline' },
  ]);
});

it.each([
  'return 1',
  'await x',
  'yield 1',
  'break',
  'x = 1\nglobal x',
  '*a, *b = c',
  'x = 1\nfrom __future__ import annotations',
])('reports what only the compiler of Python refuses: %j', async (script) => {
  expect(await refuses(script)).toBe(true);
});

it('warns about the first 20 undefined names', async () => {
  const found = await findings('import time\ntime.sleep(tiem)\n' + 'print(é, unknown)\n'.repeat(15));
  expect(found).toHaveLength(21);
  expect(found[0]).toEqual({
    ...{ severity: 'warning', line: 2, column: 12, code: 'UNDEFINED_NAME' },
    message: 'Undefined name `tiem`',
  });
  expect(found[2]).toMatchObject({ line: 3, column: 10 });
  expect(found[20]).toMatchObject({ severity: 'warning', line: null, message: '11 more uses of undefined names.' });
});

describe('the version of Python', () => {
  const NEW = 'x = f"{"y"}"\n';
  it('decides about newer syntax', async () => {
    expect(await refuses(NEW, '3.11.4')).toBe(true);
    expect(await refuses(NEW, '3.12.0')).toBe(false);
  });

  it('if unknown, is one that accepts the syntax', async () => {
    expect(await refuses(NEW, null)).toBe(false);
    expect(await refuses('try:\n    pass\nexcept A, B:\n    pass\n', null)).toBe(false);
    expect(await refuses('def f() -> (a := 1): pass\n', null)).toBe(false);
    expect(await refuses('print 1\n', null)).toBe(true);
  });

  it('is not exact enough for an error that only its later releases report', async () => {
    expect(await findings("f'{\n    x:d\n}'\n", '3.13.0')).toEqual([]);
  });

  it('that Ruff does not know leaves the script unchecked', async () => {
    expect(await ruff.check('print 1\n', '3.99.0')).toBeNull();
    expect(await ruff.check('print 1\n', '4.0.0')).toBeNull();
  });
});

it('ignores a byte order mark', async () => {
  expect(await ruff.check('\uFEFFx = 1\n', null)).toEqual(GOOD);
});

describe('a text that ends Ruff', () => {
  it.each([
    ['too deep brackets', '('.repeat(500_000)],
    ['a long sum', '1' + '+1'.repeat(250_000)],
  ])('is not checked, and the next one is: %s', async (_name, script) => {
    const [hostile, next] = await Promise.all([ruff.check(script, null), ruff.check('x = 1\n', null)]);
    expect(hostile).toBeNull();
    expect(next).toEqual(GOOD);
  });

  it('is not checked if it takes too much memory', { timeout: 90_000 }, async () => {
    const patient = new Ruff(makeLog('silent'), 60_000);
    const [hostile, next] = await Promise.all([
      patient.check(') '.repeat(262_000), null),
      patient.check('x = 1\n', null),
    ]);
    expect(hostile).toBeNull();
    expect(next).toEqual(GOOD);
    patient.close();
  });

  it('is not checked if it takes too long', { timeout: 30_000 }, async () => {
    const begin = performance.now();
    // 18 s on a machine without other load.
    expect(await ruff.check('"a" '.repeat(125_000), null)).toBeNull();
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(await ruff.check('x = 1\n', null)).toEqual(GOOD);
  });
});

it(
  'checks many scripts at a time, and leaves scripts unchecked while 16 MiB of them wait',
  { timeout: 60_000 },
  async () => {
    const patient = new Ruff(makeLog('silent'), 60_000);
    const small = await Promise.all(Array.from({ length: 500 }, () => patient.check('print 1\n', null)));
    expect(small.filter((report) => report?.syntaxError)).toHaveLength(500);
    const longest = '#'.repeat(512 * 1024);
    const large = await Promise.all(Array.from({ length: 40 }, () => patient.check(longest, null)));
    expect(large.filter((report) => report === null)).toHaveLength(7);
    patient.close();
  },
);

it('does not answer after it is closed', async () => {
  const closed = new Ruff(makeLog('silent'));
  const waiting = [closed.check('x = 1\n', null), closed.check('x = 1\n', null)];
  closed.close();
  expect(await Promise.all(waiting)).toEqual([null, null]);
  expect(await closed.check('x = 1\n', null)).toBeNull();
});
