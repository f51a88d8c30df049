/** Which rungs of the stop ladder were sent, and which are offered now. */
import type { StopLevel } from '../../gql/graphql.ts';
import { ticking } from '../../lib/format.ts';

interface Sent {
  level: StopLevel;
  by: string;
  at: string;
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
  /** `early` is offered too, behind a question: the rung before it has time left, or was never sent. */
  state: 'offered' | 'early' | 'sent' | 'unused' | 'later';
  /** Until the deadline of the rung before arms this one, in ms; null when nothing counts down to it. */
  armedIn: number | null;
  canCancel: boolean;
}

/** A rung whose deadline nobody knows arms the next one after so long, in ms: the script has had its time to clean up. */
const WITHOUT_DEADLINE_MS = 10_000;

const RUNGS = [
  {
    level: 'REQUEST',
    word: 'After this statement',
    signal: 'gentle',
    text: 'Nothing is interrupted. The run ends when the statement that runs now returns. This can be taken back.',
    button: 'Stop after it',
  },
  {
    level: 'INTERRUPT',
    word: 'Interrupt',
    signal: 'Ctrl+C',
    text: 'KeyboardInterrupt in the script. In a scan, sorunlib stops the scan and the streams; a single move or detector operation goes on at its agent.',
    button: 'Interrupt',
  },
  {
    level: 'TERMINATE',
    word: 'Terminate',
    signal: 'SIGTERM',
    text: 'Asks once more, from outside. While sorunlib cleans up it ignores this; use it when Interrupt is not taken. It is offered when the time of Interrupt is over.',
    button: 'Terminate',
  },
  {
    level: 'KILL',
    word: 'Kill',
    signal: 'SIGKILL',
    text: 'Nothing is cleaned up: scan and streams go on until a person stops them. It is offered when the time of Terminate is over.',
    button: 'Kill',
  },
] as const;

/** When the usual time of what was sent is over, in ms. */
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

/** What was sent last has had its usual time, and the script goes on: a sentence, or null. */
export function overdueText(stops: readonly Sent[], now: number): string | null {
  const last = stops.at(-1);
  if (!last || last.level === 'REQUEST' || now < deadlineOf(last)) return null;
  const word = RUNGS.find((rung) => rung.level === last.level)?.word ?? last.level;
  return `The script has not reacted to ${word} for ${ticking(now - Date.parse(last.at))}.`;
}
