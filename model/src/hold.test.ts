import { expect, test } from 'vitest';
import { heldRunReason, holdCause, holdModeReason, isScriptRefusal, letsQueueContinue } from './hold.ts';
import { FINAL_PHASES, type FinalPhase } from './phases.ts';

test('the queue continues automatically after SUCCEEDED and CANCELLED only', () => {
  expect(FINAL_PHASES.filter((phase) => letsQueueContinue(phase))).toEqual(['SUCCEEDED', 'CANCELLED']);
});

test('the queue continues after a script that the runner refused, and not after other refusals', () => {
  expect(letsQueueContinue('FAILED', isScriptRefusal('SYNTAX_ERROR'))).toBe(true);
  for (const code of ['OCS_CONFIG_MISSING', 'INTERNAL', undefined])
    expect(letsQueueContinue('FAILED', isScriptRefusal(code))).toBe(false);
  expect(letsQueueContinue('LOST', true)).toBe(false);
});

test('the reasons of a hold name the run, its outcome and the remedy', () => {
  expect(holdModeReason(holdCause(12, 'FAILED'))).toBe('Mode set to Off because run 12 failed.');
  expect(heldRunReason(holdCause('satp1-77nqq', 'LOST'))).toBe(
    'Held because run satp1-77nqq was lost. Set the mode to Queue to start it.',
  );
});

test('continues after a failure of a run that requests it, and after no other outcome', () => {
  const continues = (outcome: FinalPhase) => letsQueueContinue(outcome, false, 'CONTINUE');
  expect(FINAL_PHASES.filter(continues)).toEqual(['SUCCEEDED', 'FAILED', 'CANCELLED']);
});
