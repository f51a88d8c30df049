/** Describes how a run ended, from its record. Pure. */
import { stopOfUser, type StopView } from '@sequencer/model/run-view';
import type { SequencerSummary } from '../../api/sequencers.ts';
import type { RunPhase } from '../../gql/graphql.ts';
import { duration, moment } from '../../lib/format.ts';

const ENDED_BY: Record<StopView['level'], (by: string) => string> = {
  REQUEST: (by) => `Stopped after a statement by ${by}, requested`,
  INTERRUPT: (by) => `Interrupted by ${by}`,
  TERMINATE: (by) => `Terminated by ${by}`,
  KILL: (by) => `Killed by ${by}`,
};

/** `Interrupted by root at 18:27:41 UTC; it had ended 0.9 s later.`, or null if no user stopped the run. */
export function stoppedText(
  { phase, finishedAt, stops }: Ended & { stops: readonly Pick<StopView, 'level' | 'by' | 'at'>[] },
  now: number,
): string | null {
  const stop = stopOfUser({ outcome: phase, stops });
  if (!stop) return null;
  const words = `${ENDED_BY[stop.level](stop.by)} at ${moment(stop.at, now)}`;
  return finishedAt
    ? `${words}; it had ended ${duration(Date.parse(finishedAt) - Date.parse(stop.at))} later.`
    : `${words}.`;
}

interface Ended {
  phase: RunPhase;
  finishedAt: string | null;
}

/**
 * What set the mode to Off, while this is the newest run of the telescope; null if nothing holds the queue. The end of a run can
 * arrive before the new state of its telescope: the run counts from then on, so that the text does not move the page later.
 */
export function modeText(
  run: { id: string; startedAt: string | null },
  { mode, modeReason, modeChangedBy, modeChangedAt, activeRun, lastRun }: ModeOfSequencer,
  now: number,
): string | null {
  if (mode !== 'OFF' || (activeRun ?? lastRun)?.id !== run.id) return null;
  const isChange = modeChangedAt !== null && run.startedAt !== null && modeChangedAt >= run.startedAt;
  if (!isChange) return 'The mode is Off: no run starts automatically.';
  const reason = modeReason ?? `Mode set to Off by ${modeChangedBy ?? 'an unknown user'}.`;
  return `${reason.replace(/\.$/, '')}, at ${moment(modeChangedAt, now)}.`;
}

type ModeOfSequencer = Pick<SequencerSummary, 'mode' | 'modeReason' | 'modeChangedBy' | 'modeChangedAt'> & {
  activeRun: { id: string } | null;
  lastRun: { id: string } | null;
};
