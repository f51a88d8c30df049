/** What a queued run waits for, and why it expired, as sentences. Pure: both backends show the same. */

/** `05:10 UTC`, with the date if it is not the day of `now`. */
export function timeText(time: Date, now: Date): string {
  const [day = '', clock = ''] = time.toISOString().split('T');
  const isToday = now.toISOString().startsWith(`${day}T`);
  return `${isToday ? '' : `${day} `}${clock.slice(0, 5)} UTC`;
}

/** Why a run was cancelled: its turn came after its window. */
export function expiredReason(notAfter: Date, now: Date): string {
  return `Expired: not started by ${timeText(notAfter, now)}.`;
}

/** The reason of a proposal. */
export function proposedReason(by: string): string {
  return `Proposed by ${by}. It waits until an operator accepts it.`;
}

/** The reason of a run on hold. */
export function onHoldReason(by: string, reason: string | null): string {
  return reason === null ? `On hold (${by}).` : `On hold: ${reason} (${by}).`;
}

/** What the window of a queued run keeps it waiting for; null if the window is open. */
export function windowReason({ notBefore, notAfter }: RunWindow, now: Date): string | null {
  if (notAfter && notAfter < now)
    return `Its window ended at ${timeText(notAfter, now)}: it will be cancelled, not started.`;
  return notBefore && notBefore > now ? `Not before ${timeText(notBefore, now)}.` : null;
}

/** @param holder names the run that uses the resource: `satp2/12` */
export function resourceReason(holder: string, resource: string): string {
  return `Waiting for run ${holder}, which uses ${resource}.`;
}

interface RunWindow {
  notBefore: Date | null;
  notAfter: Date | null;
}
