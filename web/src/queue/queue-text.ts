/** The window, the hold, the resources and the place of a queued run as text. Pure. */
import { timeText } from '@sequencer/model/wait-reasons';
import type { SequencerSummary } from '../api/sequencers.ts';
import { visible } from '../lib/invisible-characters.ts';

export type QueuedRun = SequencerSummary['queue'][number];

/** `starts 22:00 to 05:10 UTC`, with the date of another day; empty for any time. */
export function windowText(window: QueuedRun['window'], now: number): string {
  const text = (time: string) => timeText(new Date(time), new Date(now));
  const { notBefore, notAfter } = window ?? {};
  if (notBefore && notAfter) {
    const [from, to] = [text(notBefore).replace(' UTC', ''), text(notAfter)];
    const day = notBefore.slice(0, 10);
    // The date once, if both have the same.
    return `starts ${from} to ${from.startsWith(day) ? to.replace(`${day} `, '') : to}`;
  }
  if (notBefore) return `starts after ${text(notBefore)}`;
  return notAfter ? `starts by ${text(notAfter)}` : '';
}

/** What keeps the run on hold; empty if nothing does. */
export function heldText({ proposed, submittedBy, onHold }: QueuedRun, now: number): string {
  if (proposed) return `Proposed by ${visible(submittedBy)}`;
  return onHold ? onHoldText(onHold, now) : '';
}

/** `On hold since 21:40 UTC by k.tanaka: laser not ready` */
export function onHoldText({ since, by, reason }: NonNullable<QueuedRun['onHold']>, now: number): string {
  const text = `On hold since ${timeText(new Date(since), new Date(now))} by ${visible(by)}`;
  return reason ? `${text}: ${visible(reason)}` : text;
}

/** `uses crane, laser`; empty for a run that shares nothing. */
export function usesText({ resources }: Pick<QueuedRun, 'resources'>): string {
  return resources.length > 0 ? `uses ${resources.join(', ')}` : '';
}

/** `Run 12 moved to position 2 of 5.` @param index from 0 */
export function movedText({ number }: Pick<QueuedRun, 'number'>, index: number, count: number): string {
  return `Run ${String(number)} moved to position ${String(index + 1)} of ${String(count)}.`;
}
