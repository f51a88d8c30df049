/** The state of a sequencer at a glance, and whether it needs a person. */
import { causeText } from './cause-text.ts';
import type { SequencerSummary } from '../api/sequencers.ts';
import { duration, ticking } from './format.ts';
import { visible } from './invisible-characters.ts';
import { IDLE, displayOfPhase, displayOfRun, isHeld, openAsk, type PhaseDisplay } from './phases.ts';

const LONG_IDLE_MS = 20 * 60_000;

export function displayOfSequencer(sequencer: SequencerSummary): PhaseDisplay {
  const run = sequencer.activeRun;
  return run ? displayOfRun(run) : IDLE;
}

/** When the state of the active run began that `displayOfSequencer` shows. */
export function stateSince(run: NonNullable<SequencerSummary['activeRun']>): string {
  const started = run.startedAt ?? run.submittedAt;
  if (run.phase === 'STOPPING') return run.stops.at(-1)?.at ?? started;
  if (isHeld(run)) return run.pausedSince ?? started;
  return openAsk(run)?.at ?? run.pausedSince ?? started;
}

/** Where each run has its own runner, a runner is only missing while the script runs. */
function isRunnerDisconnected({ activeRun, runner }: SequencerSummary): boolean {
  if (runner.connected) return false;
  if (!runner.runnerPerRun) return true;
  return activeRun !== null && activeRun.phase !== 'STARTING' && activeRun.phase !== 'RECORDING';
}

const OUTDATED = 'the cluster is unreachable, mode and queue may be outdated';

/** Why an operator should check the sequencer; null if there is no reason. */
export function sequencerWarning(sequencer: SequencerSummary): string | null {
  const { activeRun, lastRun, runner } = sequencer;
  if (isRunnerDisconnected(sequencer)) {
    return activeRun
      ? 'The runner is disconnected. The script may still be running.'
      : 'The runner is disconnected. No run can start.';
  }
  if (activeRun?.phase === 'PAUSED') return activeRun.reason ?? 'Paused.';
  if (activeRun?.phase === 'RECORDING') return activeRun.reason;
  if (sequencer.lastKnownSince) return 'The cluster is unreachable. Mode and queue may be outdated.';
  if (activeRun) return null;
  const [problem] = runner.problems;
  if (problem) return problem;
  if (!lastRun || lastRun.phase === 'SUCCEEDED' || lastRun.phase === 'CANCELLED') return null;
  const word = displayOfPhase(lastRun.phase).word.toLowerCase();
  return `Run ${String(lastRun.number)} ${word}: ${lastRun.reason ?? 'no reason was recorded.'}`;
}

export interface AttentionItem {
  name: string;
  /** Continues after the name. */
  text: string;
  /** Text of a program, shown as code. */
  detail: string | null;
  /** The name of the CSS variable with its colour. */
  tone: string;
  /** 0: the script waits for a person. 1: the runner is disconnected. 2: a run failed, or none can start. 3: no need. */
  rank: 0 | 1 | 2 | 3;
  /** Since when, in ms; 0 when it is not known. */
  since: number;
}

function attentionOf(sequencer: SequencerSummary, now: number): AttentionItem | null {
  const { name, activeRun, lastRun, queue, mode, runner } = sequencer;
  const item = (
    rank: AttentionItem['rank'],
    text: string,
    tone: string,
    since: string | null | undefined,
    detail: string | null = null,
  ) => ({
    name,
    rank,
    text,
    detail,
    tone,
    since: since ? Date.parse(since) : 0,
  });
  const lasting = (since: string | null | undefined) => (since ? ` for ${ticking(now - Date.parse(since))}` : '');
  if (isRunnerDisconnected(sequencer)) {
    const text = activeRun
      ? 'runner disconnected, the script may still be running'
      : 'runner disconnected, no run can start';
    return item(1, text, 'paused', activeRun?.seenAt ?? runner.since);
  }
  if (activeRun?.failure?.awaitingDecision) {
    const { failure, pausedSince } = activeRun;
    return item(
      0,
      `held on a failure${lasting(pausedSince)}:`,
      'failed',
      pausedSince,
      causeText(failure.type, failure.message),
    );
  }
  const ask = activeRun && openAsk(activeRun);
  if (ask) return item(0, `asks, waiting${lasting(ask.at)}:`, 'paused', ask.at, visible(ask.question));
  if (activeRun?.phase === 'PAUSED') {
    return item(3, `paused${lasting(activeRun.pausedSince)}`, 'paused', activeRun.pausedSince);
  }
  if (sequencer.lastKnownSince) return item(1, OUTDATED, 'paused', sequencer.lastKnownSince);
  if (activeRun) return null;
  const [problem] = runner.problems;
  if (problem) return item(2, problem, 'paused', runner.since);
  const off = mode === 'OFF' ? ', mode Off' : '';
  const queued = queue.length > 0 && mode === 'OFF' ? `, ${String(queue.length)} waiting in the queue` : '';
  const ended = lastRun?.finishedAt;
  const idle = ended ? now - Date.parse(ended) : 0;
  const isFailure = lastRun && lastRun.phase !== 'SUCCEEDED' && lastRun.phase !== 'CANCELLED';
  if (isFailure && !lastRun.stoppedBy) {
    const { phase, number, failure, reason } = lastRun;
    const cause = failure && phase === 'FAILED' ? causeText(failure.type, failure.message) : reason;
    const ago = ended ? ` ${duration(idle)} ago` : '';
    return item(
      2,
      `run ${String(number)} ${displayOfPhase(phase).word.toLowerCase()}${ago}${off}${queued}${cause ? ':' : ''}`,
      displayOfPhase(phase).tone,
      ended,
      cause ?? null,
    );
  }
  if (queued) return item(3, `idle${off}${queued}`, 'paused', ended ?? queue[0]?.submittedAt);
  if (idle > LONG_IDLE_MS) return item(3, `idle for ${duration(idle)}${off}`, 'paused', ended);
  return null;
}

/** The sequencers that an operator should know of: the most urgent first, and of one rank the oldest. */
export function attentionItems(sequencers: readonly SequencerSummary[], now: number): AttentionItem[] {
  return sequencers
    .flatMap((sequencer) => attentionOf(sequencer, now) ?? [])
    .toSorted((a, b) => a.rank - b.rank || a.since - b.since);
}

export function needsPerson({ rank }: AttentionItem): boolean {
  return rank < 3;
}
