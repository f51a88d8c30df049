/** What a sequencer looks like at a glance, and whether it needs a person. */
import { causeText } from './cause-text.ts';
import type { SequencerSummary } from '../api/sequencers.ts';
import { duration, ticking } from './format.ts';
import { IDLE, PHASE_DISPLAY, displayOfRun, type PhaseDisplay } from './phases.ts';

const LONG_IDLE_MS = 20 * 60_000;

export function displayOfSequencer(sequencer: SequencerSummary): PhaseDisplay {
  const run = sequencer.activeRun;
  return run ? displayOfRun(run) : IDLE;
}

/** Whether a runner is missing: where each run has its own, one is only missing to a script that has begun. */
function isRunnerDisconnected({ activeRun, runner }: SequencerSummary): boolean {
  if (runner.connected) return false;
  return !runner.runnerPerRun || (activeRun !== null && activeRun.phase !== 'STARTING');
}

const LAST_KNOWN = 'the cluster does not answer, mode and queue are last known';

/** Whether a person should look, and why: one sentence, or null. */
export function sequencerWarning(sequencer: SequencerSummary): string | null {
  const { activeRun, lastRun, runner } = sequencer;
  if (isRunnerDisconnected(sequencer)) {
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
  const word = PHASE_DISPLAY[lastRun.phase].word.toLowerCase();
  return `Run ${String(lastRun.number)} ${word}: ${lastRun.reason ?? 'no reason was recorded.'}`;
}

export interface AttentionItem {
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

function attentionOf(sequencer: SequencerSummary, now: number): AttentionItem | null {
  const { name, activeRun, lastRun, queue, mode, runner } = sequencer;
  const told = (text: string, tone: string, since: string | null | undefined, detail: string | null = null) => ({
    name,
    text,
    detail,
    tone,
    since: since ? Date.parse(since) : 0,
  });
  const lasts = (since: string | null | undefined) => (since ? ` for ${ticking(now - Date.parse(since))}` : '');
  if (isRunnerDisconnected(sequencer)) {
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
      `run ${String(number)} ${PHASE_DISPLAY[phase].word.toLowerCase()}${ago}${off}${waits}${cause ? ':' : ''}`,
      PHASE_DISPLAY[phase].tone,
      ended,
      cause ?? null,
    );
  }
  if (waits) return told(`idle${off}${waits}`, 'paused', ended ?? queue[0]?.submittedAt);
  if (idle > LONG_IDLE_MS) return told(`idle for ${duration(idle)}${off}`, 'paused', ended);
  return null;
}

/** What needs a person, the oldest first: derived from what is known now. */
export function attentionItems(sequencers: readonly SequencerSummary[], now: number): AttentionItem[] {
  return sequencers.flatMap((sequencer) => attentionOf(sequencer, now) ?? []).toSorted((a, b) => a.since - b.since);
}
