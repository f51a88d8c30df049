/** Which rungs of the stop ladder were sent, and which are offered now. */
import type { StopLevel } from '../../gql/graphql.ts';
import { clock, duration, ticking } from '../../lib/format.ts';

interface Sent {
  level: StopLevel;
  by: string;
  at: string;
  requestedAt: string | null;
  deadline: string | null;
  escalate: boolean;
}

export interface Rung {
  level: StopLevel;
  word: string;
  signal: string;
  text: string;
  button: string;
  sent: Sent | null;
  /** `early` is offered behind a confirmation: the previous rung was not sent, or its deadline has not passed. */
  state: 'offered' | 'early' | 'sent' | 'unused' | 'later';
  /** Time until the deadline of the previous rung arms this one, in ms; null if there is none. */
  armedIn: number | null;
  canCancel: boolean;
}

/** A rung without a deadline arms the next one after this time, in ms: enough for the script to clean up. */
const WITHOUT_DEADLINE_MS = 10_000;

export const RUNGS = [
  {
    level: 'REQUEST',
    word: 'After this statement',
    signal: 'gentle',
    text: 'Nothing is interrupted. The run ends when the current statement returns; until then, you can cancel the stop.',
    button: 'Stop after it',
  },
  {
    level: 'INTERRUPT',
    word: 'Interrupt',
    signal: 'Ctrl+C',
    text: 'The script gets KeyboardInterrupt. sorunlib stops a scan and its streams; a single move or detector operation keeps running at its agent.',
    button: 'Interrupt',
  },
  {
    level: 'TERMINATE',
    word: 'Terminate',
    signal: 'SIGTERM',
    text: 'Asks once more, from outside. While sorunlib cleans up it ignores this; use it if Interrupt has no effect. Offered at the deadline of Interrupt.',
    button: 'Terminate',
  },
  {
    level: 'KILL',
    word: 'Kill',
    signal: 'SIGKILL',
    text: 'Nothing is cleaned up: the scan and streams keep running until a person stops them. Offered at the deadline of Terminate.',
    button: 'Kill',
  },
] as const;

/** Deadline of a rung that was sent, in ms since the epoch. */
export function deadlineOf({ at, deadline }: Pick<Sent, 'at' | 'deadline'>): number {
  return deadline === null ? Date.parse(at) + WITHOUT_DEADLINE_MS : Date.parse(deadline);
}

export function rungs(stops: readonly Sent[], now: number): Rung[] {
  const highest = Math.max(-1, ...stops.map((stop) => RUNGS.findIndex((rung) => rung.level === stop.level)));
  return RUNGS.map((rung, index) => {
    const sent = stops.findLast((stop) => stop.level === rung.level) ?? null;
    const before = stops.findLast((stop) => stop.level === RUNGS[index - 1]?.level && stop.level !== 'REQUEST');
    const left = before ? deadlineOf(before) - now : null;
    const isArmed = left !== null && left <= 0;
    let state: Rung['state'] = 'offered';
    if (sent) state = 'sent';
    else if (index < highest) state = 'unused';
    else if (rung.level === 'TERMINATE' && !isArmed) state = 'early';
    else if (rung.level === 'KILL' && !isArmed) state = 'later';
    return {
      ...rung,
      sent,
      state,
      armedIn: sent || left === null || isArmed ? null : left,
      canCancel: rung.level === 'REQUEST' && sent !== null && highest === 0,
    };
  });
}

/** Warns that the script still runs after the deadline of the last rung; null before it. */
export function overdueText(stops: readonly Sent[], now: number): string | null {
  const last = stops.at(-1);
  if (!last || last.level === 'REQUEST' || now < deadlineOf(last)) return null;
  const word = RUNGS.find((rung) => rung.level === last.level)?.word ?? last.level;
  return `The script has not reacted to ${word} for ${ticking(now - Date.parse(last.at))}.`;
}

/**
 * `sent 18:27:41 UTC by root · received by the runner after 136 ms`. From the record, so that everybody who watches reads the
 * same. The time is left out if the clocks of the API and the runner differ by more.
 */
export function receipt({ at, by, requestedAt }: Pick<Sent, 'at' | 'by' | 'requestedAt'>): string {
  const after = requestedAt === null ? -1 : Date.parse(at) - Date.parse(requestedAt);
  const received = `received by the runner${after < 0 ? '' : ` after ${duration(after)}`}`;
  return `sent ${clock(requestedAt ?? at)} UTC by ${by} · ${received}`;
}
