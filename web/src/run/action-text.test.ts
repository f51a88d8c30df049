import { expect, it } from 'vitest';
import { actionText } from './action-text.ts';

const by = 'm.olsen';

it('describes a command in a few words, and gives the reason of a refusal', () => {
  expect(actionText({ name: 'pause', by, ok: true, detail: 'Every trace stops at its next line.' })).toBe('paused');
  expect(actionText({ name: 'step', by, ok: true, detail: 'Trace 1 steps out.' })).toBe('Trace 1 steps out.');
  expect(actionText({ name: 'pause', by, ok: false, detail: 'The run is stopping.' })).toBe(
    'pause refused: The run is stopping.',
  );
  expect(actionText({ name: 'setBreakpoints', by, ok: false, detail: 'There is no such file.' })).toBe(
    'set breakpoints refused: There is no such file.',
  );
  const detail = 'Interrupt: the script gets KeyboardInterrupt.';
  expect(actionText({ name: 'stop', by, ok: true, detail })).toBe(detail);
});
