import { expect, it } from 'vitest';
import { sorunlibProblems } from './sorunlib-calls.ts';

const messages = (script: string) => sorunlibProblems(script).first.map(({ message }) => message);
const AS_RUN = 'import sorunlib as run\n';

it.each([
  'run.initialize()',
  'run.acu.move_to(180, el=60)',
  'run.acu.move_to(*place)',
  'run.acu.move_to(az=1, **rest)',
  'run.acu.set_scan_params(1, 2, anything=3)',
  "run.seq.scan(description='cmb', stop_time='2026-06-01T22:10:00', width=20.5)",
  'run.smurf.iv_curve(\n    # the tag\n    tag="iv",\n)',
  'print(run.__version__, run.__doc__, run.acu.__name__)',
  'run.CLIENTS["acu"].anything(1)',
  'run.wait_until(f"{when}")',
  // What somebody else defines.
  'def f(run): run.anything()',
  'run = other()\nrun.anything()',
  'for run in (1, 2): run.anything()',
  'with other() as run: run.anything()',
  'run.acu.park = lambda: None\nrun.acu.park()',
  'if hasattr(run, "park"): run.park()',
  'prepare(run)\nrun.park()',
])('accepts %j', (script) => {
  expect(messages(`${AS_RUN}${script}\n`)).toEqual([]);
});

it.each([
  [
    'run.acu.mve_to(1, 2)',
    'sorunlib 0.1.35 has no run.acu.mve_to. run.acu has check_response, move_to, move_to_target, set_boresight, set_scan_params, set_shutter.',
  ],
  ['run.acu.move_to(180)', 'run.acu.move_to needs el. It takes az, el.'],
  ['run.acu.move_to(180, 60, 0)', 'run.acu.move_to has 3 arguments. It takes az, el.'],
  ['run.acu.move_to(180, 60, speed=1)', 'run.acu.move_to has no parameter speed. It takes az, el.'],
  ['run.acu.move_to(180, az=180)', 'run.acu.move_to gets az twice. It takes az, el.'],
  ['run.wiregrid.insert(now=True)', 'run.wiregrid.insert has no parameter now. It takes none.'],
  ['run.seq.scan(width=3)', 'run.seq.scan needs description, stop_time.'],
  ['print(f"{run.acu.nothing}")', 'sorunlib 0.1.35 has no run.acu.nothing.'],
])('warns about %j', (script, message) => {
  expect(messages(`${AS_RUN}${script}\n`)).toEqual([expect.stringContaining(message)]);
});

it.each([
  ['import sorunlib\nsorunlib.acu.move_to()', 'sorunlib.acu.move_to needs az, el.'],
  ['import sorunlib.acu\nsorunlib.acu.move_to()', 'sorunlib.acu.move_to needs az, el.'],
  ['import os, sorunlib.acu as telescope\ntelescope.move_to()', 'telescope.move_to needs az, el.'],
  ['from sorunlib import acu, seq\nacu.move_to()', 'acu.move_to needs az, el.'],
  ['from sorunlib.acu import (\n    move_to as go,  # there\n)\ngo()', 'go needs az, el.'],
  ['from sorunlib import nothing', 'sorunlib 0.1.35 has no sorunlib.nothing.'],
  ['from sorunlib.acu import nothing', 'sorunlib 0.1.35 has no sorunlib.acu.nothing.'],
])('knows names from %j', (script, message) => {
  expect(messages(`${script}\n`)).toEqual([expect.stringContaining(message)]);
});

it.each([
  'import other as sorunlib\nsorunlib.anything()',
  'try:\n    from sorunlib import acu\nexcept ImportError:\n    from other import acu\nacu.anything()',
  'from sorunlib import acu as it\nfrom sorunlib import seq as it\nit.anything()',
  'text = "sorunlib"\ntext.anything()',
  'from .sorunlib import anything',
])('ignores names from %j', (script) => {
  expect(messages(`${script}\n`)).toEqual([]);
});

it('names the place, and counts what it does not list', () => {
  const { first, more } = sorunlibProblems(`${AS_RUN}x = "𝛼"; run.nothing\r\n${'run.acu.move_to()\n'.repeat(30)}`);
  expect(first).toHaveLength(20);
  expect(first[0]).toMatchObject({ line: 2, column: 14 });
  expect(first[1]).toMatchObject({ line: 3, column: 1 });
  expect(more).toBe(11);
});
