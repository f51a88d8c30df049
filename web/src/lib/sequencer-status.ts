/** What a sequencer looks like at a glance, and whether it needs a person. */
import { causeText } from './cause-text.ts';
import type { FleetSequencer } from '../api/sequencers.ts';
import { duration, ticking } from './format.ts';
import { IDLE, LOOKS, lookOfRun, type Look } from './phases.ts';

const LONG_IDLE_MS = 20 * 60_000;

export function lookOf(sequencer: FleetSequencer): Look {
  const run = sequencer.activeRun;
  return run ? lookOfRun(run) : IDLE;
}

/** Whether a runner is missing: where each run has its own, one is only missing to a script that has begun. */
function isRunnerAway({ activeRun, runner }: FleetSequencer): boolean {
  if (runner.connected) return false;
  return !runner.runnerPerRun || (activeRun !== null && activeRun.phase !== 'STARTING');
}

const LAST_KNOWN = 'the cluster does not answer, mode and queue are last known';

/** Whether a person should look, and why: one sentence, or null. */
export function needOf(sequencer: FleetSequencer): string | null {
  const { activeRun, lastRun, runner } = sequencer;
  if (isRunnerAway(sequencer)) {
    return activeRun
      ? 'The runner is not connected: the script may still run, and nothing new is known.'
      : 'The runner is not connected: nothing can start.';
  }
  if (activeRun?.phase === 'PAUSED') return activeRun.reason ?? 'Paused.';
  if (sequencer.lastKnownSince) return `What is shown may be old: ${LAST_KNOWN}.`;
  if (activeRun) return null;
  const [problem] = runner.problems;
  if (problem) return problem;
  if (!lastRun || lastRun.phase === 'SUCCEEDED' || lastRun.phase === 'CANCELLED') return null;
  const word = LOOKS[lastRun.phase].word.toLowerCase();
  return `Run ${String(lastRun.number)} ${word}: ${lastRun.reason ?? 'no reason was recorded.'}`;
}

export interface Attention {
  name: string;
  /** Follows the name. */
  text: string;
  /** What a program said, to be shown as such. */
  detail: string | null;
  /** The name of the CSS variable with its colour. */
  tone: string;
  /** Since when, in ms; 0 when it is not known. */
  since: number;
}

function attentionOf(sequencer: FleetSequencer, now: number): Attention | null {
  const { name, activeRun, lastRun, queue, mode, runner } = sequencer;
  const told = (text: string, tone: string, since: string | null | undefined, detail: string | null = null) => ({
    name,
    text,
    detail,
    tone,
    since: since ? Date.parse(since) : 0,
  });
  const lasts = (since: string | null | undefined) => (since ? ` for ${ticking(now - Date.parse(since))}` : '');
  if (isRunnerAway(sequencer)) {
    const text = activeRun ? 'runner away, the script may still run' : 'runner away, nothing can start';
    return told(text, 'paused', activeRun?.seenAt ?? runner.since);
  }
  if (activeRun?.failure?.awaitingDecision) {
    const { failure, pausedSince } = activeRun;
    return told(
      `held on a failure${lasts(pausedSince)}:`,
      'failed',
      pausedSince,
      causeText(failure.type, failure.message),
    );
  }
  if (activeRun?.phase === 'PAUSED') {
    return told(`paused${lasts(activeRun.pausedSince)}`, 'paused', activeRun.pausedSince);
  }
  if (sequencer.lastKnownSince) return told(LAST_KNOWN, 'paused', sequencer.lastKnownSince);
  if (activeRun) return null;
  const [problem] = runner.problems;
  if (problem) return told(problem, 'paused', runner.since);
  const off = mode === 'OFF' ? ', mode Off' : '';
  const waits = queue.length > 0 && mode === 'OFF' ? `, ${String(queue.length)} waiting in the queue` : '';
  const ended = lastRun?.finishedAt;
  const idle = ended ? now - Date.parse(ended) : 0;
  if (lastRun && lastRun.phase !== 'SUCCEEDED' && lastRun.phase !== 'CANCELLED') {
    const { phase, number, failure, reason } = lastRun;
    const cause = failure && phase === 'FAILED' ? causeText(failure.type, failure.message) : reason;
    const ago = ended ? ` ${duration(idle)} ago` : '';
    return told(
      `run ${String(number)} ${LOOKS[phase].word.toLowerCase()}${ago}${off}${waits}${cause ? ':' : ''}`,
      LOOKS[phase].tone,
      ended,
      cause ?? null,
    );
  }
  if (waits) return told(`idle${off}${waits}`, 'paused', ended ?? queue[0]?.submittedAt);
  if (idle > LONG_IDLE_MS) return told(`idle for ${duration(idle)}${off}`, 'paused', ended);
  return null;
}

/** What needs a person, the oldest first: derived from what is known now. */
export function attentions(fleet: readonly FleetSequencer[], now: number): Attention[] {
  return fleet.flatMap((sequencer) => attentionOf(sequencer, now) ?? []).toSorted((a, b) => a.since - b.since);
}
