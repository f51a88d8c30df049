/** The period of a schedule. */

export interface Period {
  from: Date;
  to: Date;
}

const MINUTE = 60_000;

/** In whole minutes, as they are sent. Without the lead if the schedule would have to end before. */
export function periodFrom(now: Date, leadMinutes: number, lengthMinutes: number, endBy: Date | null): Period {
  const latest = endBy?.getTime() ?? Infinity;
  const earliest = Math.ceil(now.getTime() / MINUTE) * MINUTE;
  const withLead = earliest + leadMinutes * MINUTE;
  const from = withLead < latest ? withLead : earliest;
  return { from: new Date(from), to: new Date(Math.min(from + lengthMinutes * MINUTE, latest)) };
}

/** `Schedule 2026-06-01 22:00 to 2026-06-02 10:00 UTC` */
export function scheduleTitle({ from, to }: Period): string {
  const [start, end] = [from, to].map((time) => time.toISOString().slice(0, 16).replace('T', ' '));
  return `Schedule ${start ?? ''} to ${end ?? ''} UTC`;
}
