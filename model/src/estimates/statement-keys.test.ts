import { expect, it } from 'vitest';
import { statementKeys } from './statement-keys.ts';

/** The text itself, so that a test shows what counts. */
const keysOf = (script: string) => statementKeys(script, (text) => text);
const keyOf = (script: string) => {
  const [keys] = keysOf(script);
  return keys && [keys.exact, keys.general];
};

it.each([
  ['run.smurf.iv_curve()', 'run.smurf.iv_curve()', 'run.smurf.iv_curve'],
  ['result = run.smurf.iv_curve()', 'run.smurf.iv_curve()', 'run.smurf.iv_curve'],
  ['await move(1)', 'move(1)', 'move'],
  ['x = (await move(1))', 'move(1)', 'move'],
  ["acu.CLIENTS['a'].go(1)", 'acu.CLIENTS["a"].go(1)', 'acu.CLIENTS["a"].go'],
  // Literals, in any layout and order of keywords.
  ["f(1, 'a', b=2.5, a = 60*5,)", 'f(1, "a", a=60 * 5, b=2.5)', 'f'],
  ['f(1,  # first\n  "a", a=60 * 5, b=2.5)', 'f(1, "a", a=60 * 5, b=2.5)', 'f'],
  ["f({'a': [1, None]}, (True, -1))", 'f({ "a" : [ 1 , None ] }, ( True , - 1 ))', 'f'],
  // The value is not in the text.
  ['f(az, g(1), f"{x}", lambda: 1, *a, **k, b=az + 1)', 'f(*, *, *, *, *, *, b=*)', 'f'],
  // Literal times never repeat.
  ["f(start_time='2026-06-01T22:10:00+00:00', name='2026')", 'f(name="2026", start_time=*)', 'f'],
  // Other statements.
  ['import time', '<ImportStatement>(import time)', '<ImportStatement>'],
  ['x = 1', '<AssignStatement>(x = 1)', '<AssignStatement>'],
  ['x = f() + 1', '<AssignStatement>(x = f ( ) + 1)', null],
  ['a(), b()', '<ExpressionStatement>(a ( ) , b ( ))', null],
  ["assert f() == 'x'", '<AssertStatement>(assert f ( ) == "x")', null],
  ['with a():  # why\n    import b\n', '<with>(with a ( ) { : import b })', null],
  ['for i in range(3):\n    f(i)\n', '<for>(for i in range ( 3 ) { : f ( i ) })', null],
])('%j has the keys %j and %j', (script, exact, general) => {
  expect(keyOf(script)).toEqual([exact, general]);
});

it('distinguishes loops by what is in their body', () => {
  const inLoop = 'for i in x:\n    if i:\n        a()\n    b()\n';
  const inCondition = 'for i in x:\n    if i:\n        a()\n        b()\n';
  expect(keyOf(inLoop)).not.toEqual(keyOf(inCondition));
});

it('distinguishes functions of scripts by their definition', () => {
  const [, first] = keysOf('def go(n):\n    a()\n\ngo(1)\n');
  const [, same] = keysOf('def go(n): # why\n    a()\n\ngo(2)\n');
  const [, other] = keysOf('def go(n):\n    b()\n\ngo(1)\n');
  expect(same?.general).toBe(first?.general);
  expect(other?.general).not.toBe(first?.general);
});

it('has no key for a statement that cannot be read', () => {
  expect(
    keysOf('a()\nb(1 2\n')
      .map(({ exact }) => exact)
      .slice(0, 2),
  ).toEqual(['a()', null]);
});

it('has the lines of each statement', () => {
  expect(keysOf('a()\n\nb(\n)\n').map(({ index, firstLine, lastLine }) => [index, firstLine, lastLine])).toEqual([
    [0, 1, 1],
    [1, 3, 4],
  ]);
});

it.each([
  ["wait_until('2026-06-01 22:10')", '2026-06-01T22:10:00Z', 0],
  ["run.wait_until('2026-06-01T22:10:00+00:00', tolerance=3600)", '2026-06-01T22:10:00Z', 0],
  ["run.commands.wait_until(timestamp='2026-06-01T22:10:00.5')", '2026-06-01T22:10:00.500Z', 0],
  ["run.seq.scan('f', '2026-06-01T22:10:00', 20)", '2026-06-01T22:10:00Z', 0],
  [
    "run.seq.scan(description='f', stop_time='2026-06-01T22:10', width=20, min_duration=600)",
    '2026-06-01T22:10:00Z',
    600,
  ],
  ["scan(stop_time='2026-06-01')", '2026-06-01T00:00:00Z', 0],
])('reads the time in %s', (script, until, seconds) => {
  expect(keysOf(script)[0]?.wait).toEqual({ until: Date.parse(until), leastMs: seconds * 1000 });
});

it.each([
  'run.wait_until(end)',
  "run.wait_until(f'2026-06-01 22:{m}')",
  "run.wait_until('tomorrow')",
  "run.wait_until('2026-06-01T22:10:00+02:00')",
  "run.wait_until('2026-06-31 22:10')",
  "run.acu.move_to_target(az=1, el=2, start_time='2026-06-01T22:10', stop_time='2026-06-01T23:10', drift=0)",
  "print('2026-06-01 22:10')",
  "constructor('2026-06-01 22:10')",
])('finds no wait in %s', (script) => {
  expect(keysOf(script)[0]?.wait).toBeNull();
});

it.each([
  ['time.sleep(30)', 30],
  ['sleep(1.5)', 1.5],
  ['time.sleep(60*5)', 300],
  ['time.sleep(1_000)', 1000],
  ['await asyncio.sleep(2)', 2],
  ['await asyncio.sleep(delay=2)', 2],
  ['time.sleep(0)', 0],
])('reads how long %s takes', (script, seconds) => {
  expect(keysOf(script)[0]?.sleepSeconds).toBe(seconds);
});

it.each([
  'time.sleep(n)',
  'time.sleep()',
  'time.sleep(-1)',
  "time.sleep('30')",
  'time.sleep(60 / 2)',
  'asyncio.sleep(2)',
  'other.sleep(30)',
  'print(30)',
])('does not know how long %s takes', (script) => {
  expect(keysOf(script)[0]?.sleepSeconds).toBeNull();
});

it('does not take a function of the script for a sleep', () => {
  expect(keysOf('def sleep(n):\n    move(n)\n\nsleep(30)\n')[1]?.sleepSeconds).toBeNull();
});
