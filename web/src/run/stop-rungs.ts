/** Which rungs of the stop ladder were sent, and which are offered now. */
import type { StopLevel } from '../gql/graphql.ts';

interface Sent {
  level: StopLevel;
  by: string;
  at: string;
}

export interface Rung {
  level: StopLevel;
  word: string;
  signal: string;
  text: string;
  button: string;
  sent: Sent | null;
  state: 'offered' | 'sent' | 'later';
  canTakeBack: boolean;
}

/** Kill comes this long after Terminate, in ms: the script has had its time to clean up. */
const KILL_AFTER_MS = 10_000;

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
    text: 'Asks once more, from outside. While sorunlib cleans up it ignores this; use it when Interrupt is not taken.',
    button: 'Terminate',
  },
  {
    level: 'KILL',
    word: 'Kill',
    signal: 'SIGKILL',
    text: 'Nothing is cleaned up: scan and streams go on until a person stops them. Offered 10 s after Terminate.',
    button: 'Kill',
  },
] as const;

export function rungs(stops: readonly Sent[], now: number): Rung[] {
  const highest = Math.max(-1, ...stops.map((stop) => RUNGS.findIndex((rung) => rung.level === stop.level)));
  const terminated = stops.find((stop) => stop.level === 'TERMINATE');
  const killable = terminated !== undefined && now - Date.parse(terminated.at) >= KILL_AFTER_MS;
  return RUNGS.map((rung, index) => {
    const sent = stops.findLast((stop) => stop.level === rung.level) ?? null;
    const offered = index > highest && (rung.level !== 'KILL' || killable);
    return {
      ...rung,
      sent,
      state: sent ? 'sent' : offered ? 'offered' : 'later',
      canTakeBack: rung.level === 'REQUEST' && sent !== null && highest === 0,
    };
  });
}
