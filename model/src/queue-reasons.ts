/** The sentences about runs that the queue skips or cancels. Pure: pages and kubectl show the same. */

export const ON_HOLD_REASON = 'On hold.';

const HALF_A_DAY_MS = 12 * 3600 * 1000;

/** @param now times further away than 12 h are shown with their date */
export function notBeforeReason(notBefore: Date, now: Date): string {
  return `Not before ${timeText(notBefore, now)}.`;
}

export function expiredReason(notAfter: Date, now: Date): string {
  return `Expired: not started by ${timeText(notAfter, now)}.`;
}

/** Of a run whose window has ended before its turn. */
export function tooLateReason(notAfter: Date, now: Date): string {
  return `Too late: not started by ${timeText(notAfter, now)}. The run is cancelled at its turn, unless its window is changed.`;
}

function timeText(time: Date, now: Date): string {
  const text = time.toISOString();
  const isNear = Math.abs(time.getTime() - now.getTime()) < HALF_A_DAY_MS;
  return `${isNear ? '' : `${text.slice(0, 10)} `}${text.slice(11, 16)} UTC`;
}
