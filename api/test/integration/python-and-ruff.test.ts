/** Ruff refuses no script that the runner accepts, with each Python of this machine. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@sequencer/testing/root';
import { afterAll, describe, expect, it } from 'vitest';
import { makeLog } from '../../src/lib/log.ts';
import { Ruff } from '../../src/syntax/ruff.ts';

const ruff = new Ruff(makeLog('silent'));
afterAll(() => {
  ruff.close();
});

const nested = (depth: number, line: (indent: string) => string) =>
  Array.from({ length: depth }, (_, i) => line(' '.repeat(i))).join('');

const UNUSUAL = [
  '',
  '\uFEFFx = 1\n',
  '# -*- coding: latin-1 -*-\nx = "é"\n',
  '# coding: no-such-codec\nx = 1\n',
  'x = 1\r\ny = 2\rz = 3\n',
  '\fif True:\n\f    x = 1\n',
  'if True:\n\tx = 1\n\ty = 2\n',
  'if True:\n\tif True:\n\t    x = 1\n',
  'x = (\n1,\n\t\t2,\n)',
  'x = 1 \\\n  + 2\n',
  'x = """\n\u2028\u0085\n"""\n# \u2028',
  'x = 1if True else 2\n',
  'x = 0_0 + 0xFFor 1\n',
  'ªº = ℘ = 變 = 1\n',
  'match = case = type = _ = 1\nmatch[0]\nmatch (1)\nprint(type)\n',
  'match x:\n    case {"a": [1, *rest], **kw} if rest: pass\n    case A(b=1) | None: pass\n    case _: pass\n',
  'type X[T] = list[T]\ndef f[*Ts, **P](): pass\nclass C[T: int = str]: pass\n',
  'try:\n    pass\nexcept* ValueError:\n    pass\n',
  'x = f"{"a" + f"{1!r:>{10}}"}" f\'{x=}\' rf"\\{1}"\n',
  "f'{\n    x:d\n}'\n",
  'def f(): return (await x for x in y)\n',
  'def f(): return (x async for x in y)\n',
  'async def f(): return [await x async for x in y if await x]\n',
  'def f():\n    def g() -> (yield): pass\n',
  'x: (y := 1) = 2\n',
  'with (open("a") as a, open("b") as b,): pass\n',
  'print(*a, **b, *c, d=1)\nx[*a]\nfor x in *a, *b: pass\n',
  'def f(a, /, b, *, c): global d; d = 1\nlambda *, a: (yield)\n',
  'class A:\n    x = [y for y in z]\n    def f(self): nonlocal_ = __class__\n',
  'from __future__ import annotations\nfrom .__future__ import spam\n',
  'while True:\n    try: break\n    finally: continue\n',
  nested(19, (indent) => `${indent}if 1:\n`) + `${' '.repeat(19)}x = 1\n`,
  nested(19, (indent) => `${indent}for x in y:\n`) + `${' '.repeat(19)}x = 1\n`,
  '('.repeat(90) + '1' + ')'.repeat(90),
  '[' + '[],'.repeat(50_000) + ']',
  "'a' + ".repeat(500) + "'b'",
  'a.b().c[0]'.repeat(300).replaceAll('c[0]a', 'c[0].a'),
  'x = 1  # é\n'.repeat(40_000),
  `x = "${'é'.repeat(250_000)}"\n`,
];

interface Text {
  text: string;
  isAccepted: boolean;
}

const pythons = ['.venv', '.venv-3.10', '.venv-3.11', '.venv-3.12', '.venv-3.13', '.venv-3.14']
  .map((folder) => join(root, folder, 'bin/python'))
  .filter((path) => existsSync(path));

function run(python: string, args: string[], input = ''): string {
  const env = { PYTHONPATH: join(root, 'runner-image/src') };
  const { stdout, stderr, status } = spawnSync(python, args, { env, input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

async function isRefused(text: string, version: string | null): Promise<boolean> {
  const report = await ruff.check(text, version);
  return report !== null && report.syntaxError !== null;
}

describe.each(pythons)('%s', (python) => {
  it('accepts nothing that Ruff refuses', { timeout: 180_000 }, async () => {
    const version = run(python, ['-c', 'import platform; print(platform.python_version())']).trim();
    const script = join(import.meta.dirname, 'compiled-scripts.py');
    const texts = JSON.parse(run(python, [script], JSON.stringify(UNUSUAL))) as Text[];
    const accepted = texts.filter(({ isAccepted }) => isAccepted);
    // The Python of a distribution may have no tests.
    expect(accepted.length).toBeGreaterThan(200);
    const falselyRefused: string[] = [];
    let found = 0;
    for (const { text, isAccepted } of texts) {
      const refused = [await isRefused(text, version), await isRefused(text, null)];
      if (isAccepted && refused.includes(true)) falselyRefused.push(text.slice(0, 200));
      if (!isAccepted && refused[0]) found++;
    }
    expect(falselyRefused).toEqual([]);
    // It does find the errors, but for some of the compiler.
    expect(found).toBeGreaterThan(0.9 * (texts.length - accepted.length));
  });
});
