import { EVENT_TYPES, type RunEvent } from '@sequencer/model/events';
import { expect, it } from 'vitest';
import { KINDS, kindOf } from './event-kinds.ts';
import { eventText } from './event-text.ts';

const textOf = (event: object) => {
  const whole = { seq: 1, at: '2026-11-24T04:00:00.000Z', ...event } as unknown as RunEvent;
  return `${kindOf(whole.type)} ${eventText(whole)}`;
};

it.each([
  ['Action by ann: step refused: Stale.', { type: 'action', name: 'step', by: 'ann', ok: false, detail: 'Stale.' }],
  [
    'Evaluation by ann in T1: 1/0: raised ZeroDivisionError',
    { type: 'evaluated', trace: 1, by: 'ann', expression: '1/0', ok: false, text: 'ZeroDivisionError\n' },
  ],
  ['Decision by ann: continue at line 9', { type: 'decision', action: 'GOTO', by: 'ann', statement: 1, line: 9 }],
  ['Decision by ann: retry statement 2', { type: 'decision', action: 'RETRY', by: 'ann', statement: 1, line: null }],
  [
    'Script version 2 by ann, from statement 4',
    { type: 'script', version: 2, by: 'ann', firstChanged: 3, script: 'x', statements: [] },
  ],
  ['Question 1 answered “yes”, the default', { type: 'answered', ask: 1, answer: 'yes', by: null }],
  ['Statement 3 started, attempt 2', { type: 'statement', index: 2, state: 'RUNNING', attempt: 2 }],
  ['Trace T3 ended', { type: 'traceEnded', trace: 3 }],
  ['Pause over', { type: 'pause', state: 'none', waitingFor: [] }],
  [
    'Pause requested, waiting for T1 in line 5, T2',
    { type: 'pause', state: 'pending', waitingFor: [{ trace: 1, line: 5 }, { trace: 2 }] },
  ],
  [
    'Prompt 7: T1 stopped at the breakpoint in acu.py:30',
    {
      type: 'prompt',
      trace: 1,
      number: 7,
      reason: 'breakpoint',
      stack: [],
      breakpoint: { file: '/l/acu.py', line: 30 },
    },
  ],
  ['Prompt 7 answered: T1 steps over', { type: 'resumed', trace: 1, number: 7, command: 'NEXT' }],
  ['Stop cancelled by ann', { type: 'stopping', level: null, by: 'ann' }],
  [
    'Stop by ann: Interrupt, escalates at 04:01:00 UTC',
    { type: 'stopping', level: 'INTERRUPT', by: 'ann', deadline: '2026-11-24T04:01:00.000Z', escalate: true },
  ],
  ['Breakpoints none set', { type: 'breakpoints', breakpoints: [] }],
  ['Log point line 4: [U+202E]', { type: 'logged', trace: 1, file: '<script>', line: 4, text: '\u202e' }],
  [
    'Failure of statement 2, line 8: ValueError: y. Waiting for a decision.',
    { type: 'failure', exception: 'ValueError', message: 'y', statement: 1, line: 8, awaitingDecision: true },
  ],
  ['later colour red, size [1]', { type: 'later', colour: 'red', size: [1] }],
])('%s', (text, event) => {
  expect(textOf(event)).toBe(text);
});

it('lists every type of event once, but lines, output and progress, which the page shows elsewhere', () => {
  const listed = KINDS.flatMap((kind) => kind.types);
  expect([...listed, 'line', 'output', 'progress'].toSorted()).toEqual([...EVENT_TYPES].toSorted());
});
