/** What a phase looks like: always an icon, a word and a tone. Only a success is green. */
import {
  mdiCancel,
  mdiCheckCircle,
  mdiCloseCircle,
  mdiHandBackRight,
  mdiHelpRhombus,
  mdiOctagon,
  mdiPauseCircle,
  mdiPlayCircle,
  mdiProgressClock,
  mdiRecordCircleOutline,
  mdiSkull,
  mdiTimerSand,
  mdiWeatherNight,
} from '@mdi/js';
import type { RunPhase } from '../gql/graphql.ts';

export interface Look {
  word: string;
  icon: string;
  /** The name of the CSS variable with its colour. */
  tone: string;
  /** A state that a person has to see from across the room. */
  loud: boolean;
  /** For the tab's title. */
  mark: string;
}

function look(word: string, icon: string, tone: string, mark: string, loud = false): Look {
  return { word, icon, tone, mark, loud };
}

export const IDLE = look('Idle', mdiWeatherNight, 'muted', '○');

export const LOOKS: Record<RunPhase, Look> = {
  QUEUED: look('Queued', mdiTimerSand, 'queued', '◌'),
  STARTING: look('Starting', mdiProgressClock, 'starting', '◔'),
  RUNNING: look('Running', mdiPlayCircle, 'running', '●'),
  PAUSED: look('Paused', mdiPauseCircle, 'paused', '❚❚', true),
  STOPPING: look('Stopping', mdiHandBackRight, 'stopping', '■', true),
  SUCCEEDED: look('Succeeded', mdiCheckCircle, 'succeeded', '✓'),
  FAILED: look('Failed', mdiCloseCircle, 'failed', '✗'),
  INTERRUPTED: look('Interrupted', mdiRecordCircleOutline, 'interrupted', '◎'),
  TERMINATED: look('Terminated', mdiOctagon, 'terminated', '⬣'),
  KILLED: look('Killed', mdiSkull, 'killed', '☠'),
  LOST: look('Lost', mdiHelpRhombus, 'lost', '◆'),
  CANCELLED: look('Cancelled', mdiCancel, 'queued', '–'),
};

/** A run whose failed statement is held until somebody chooses; its phase stays PAUSED. */
const NEEDS_YOU = look('Needs you', mdiCloseCircle, 'failed', '▲', true);

interface Held {
  phase: RunPhase;
  failure?: { awaitingDecision: boolean } | null;
}

export function isHeld({ phase, failure }: Held): boolean {
  return phase === 'PAUSED' && failure?.awaitingDecision === true;
}

export function lookOfRun(run: Held): Look {
  return isHeld(run) ? NEEDS_YOU : LOOKS[run.phase];
}

export const OUTCOMES: RunPhase[] = ['SUCCEEDED', 'FAILED', 'INTERRUPTED', 'TERMINATED', 'KILLED', 'LOST', 'CANCELLED'];

export function isOpen(phase: RunPhase): boolean {
  return !OUTCOMES.includes(phase);
}
