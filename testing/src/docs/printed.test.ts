import { expect, test } from 'vitest';
import { learn, withNames } from './printed.ts';
import { readPage } from './walk.ts';

const NONE = new Map<string, string>();

test('accepts other column widths, ages and orders of lines, but no other words', () => {
  const shown = ['NAME          PHASE    AGE', 'satp1-77nqq   Paused   10s', 'satp1-qtdrv   Queued   9s'];
  const printed = 'NAME          PHASE     AGE\nsatp1-2b4cd   Queued   2m3s\nsatp1-x8x8x   Paused    1h\n';
  expect(learn(shown, printed, NONE)).toEqual(
    new Map([
      ['satp1-77nqq', 'satp1-x8x8x'],
      ['satp1-qtdrv', 'satp1-2b4cd'],
    ]),
  );
  expect(learn(shown, printed.replace('Paused', 'Running'), NONE)).toBeNull();
  expect(learn(shown, `${printed}another   Queued   1s\n`, NONE)).toBeNull();
  expect(learn(shown.slice(0, 2), printed, NONE)).toBeNull();
});

test('replaces a name consistently, also in commands and within a line', () => {
  const names = learn(
    ['sequencerrun.sequencer.dev/satp1-77nqq created'],
    'sequencerrun.sequencer.dev/satp1-bbbbb created',
    NONE,
  );
  expect(names && withNames('kubectl logs satp1-77nqq satp1-qtdrv', names)).toBe(
    'kubectl logs satp1-bbbbb satp1-qtdrv',
  );
  expect(learn(['the run satp1-77nqq'], 'the run satp1-bbbbb', names ?? NONE)).toEqual(names);
  expect(learn(['the run satp1-77nqq'], 'the run satp1-ccccc', names ?? NONE)).toBeNull();
  expect(learn(['lat-77nqq, lat-77nqq'], 'lat-bbbbb, lat-ccccc', NONE)).toBeNull();
  const pod = learn(['sequencer-api-64c4f9d799-hpjsn'], 'sequencer-api-5b4646c75f-24k8z', NONE);
  expect(pod?.get('sequencer-api-64c4f9d799-hpjsn')).toBe('sequencer-api-5b4646c75f-24k8z');
  expect(learn(['lat-warm-5309c0b5'], 'lat-warm-b894d868', NONE)?.size).toBe(1);
});

test('matches any text, or further lines, with three dots', () => {
  expect(learn(['on the node ....', '...'], 'on the node n1.\nand more\n', NONE)).not.toBeNull();
  expect(learn(['on the node ... now'], 'on the node n1\n', NONE)).toBeNull();
  expect(learn([], 'something\n', NONE)).toBeNull();
  expect(learn([], '\n', NONE)).not.toBeNull();
});

test('a page is read in order; what is not run has to say why, and nothing hides', () => {
  const page = [
    '`a.yaml`:',
    '',
    '```yaml',
    'x: 1',
    '```',
    '',
    '```console',
    '$ kubectl get \\',
    '    seq',
    'NAME',
    '$ helm list',
    '```',
    '<!-- not run: it is for ever -->',
    '```console',
    '$ kubectl delete node n1',
    '```',
  ].join('\n');
  expect(readPage(page)).toEqual([
    { kind: 'file', name: 'a.yaml', text: 'x: 1\n' },
    { kind: 'command', line: 8, command: 'kubectl get \\\n    seq', prints: ['NAME'] },
    { kind: 'command', line: 11, command: 'helm list', prints: [] },
    { kind: 'not run', line: 14, why: 'it is for ever' },
  ]);
  expect(() => readPage('text\n\n    kubectl get seq\n')).toThrow('line 3');
  expect(() => readPage('```\nhelm list\n```\n')).toThrow('line 1');
});
