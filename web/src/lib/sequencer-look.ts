/** What a sequencer looks like at a glance. */
import type { FleetSequencer } from '../api/fleet.ts';
import { IDLE, LOOKS, isHeld, lookOfRun, type Look } from './phases.ts';

export function lookOf(sequencer: FleetSequencer): Look {
  const run = sequencer.activeRun;
  return run ? lookOfRun(run) : IDLE;
}

/** Whether a person should look, and why: one sentence, or null. */
export function needOf(sequencer: FleetSequencer): string | null {
  const { activeRun, lastRun, runner } = sequencer;
  if (!runner.connected) {
    return activeRun
      ? 'The runner is not connected: the script may still run, and nothing new is known.'
      : 'The runner is not connected: nothing can start.';
  }
  if (activeRun?.failure && isHeld(activeRun)) {
    const { type, message } = activeRun.failure;
    return `A statement failed, and the run is held until somebody chooses: ${type}${message ? `: ${message}` : ''}`;
  }
  if (activeRun?.phase === 'PAUSED') return activeRun.reason ?? 'Paused.';
  if (activeRun) return null;
  const [problem] = runner.problems;
  if (problem) return problem;
  if (!lastRun || lastRun.phase === 'SUCCEEDED' || lastRun.phase === 'CANCELLED') return null;
  const word = LOOKS[lastRun.phase].word.toLowerCase();
  return `Run ${String(lastRun.number)} ${word}: ${lastRun.reason ?? 'no reason was recorded.'}`;
}
