/** How a phase is displayed: always an icon, a word and a colour. Only success is green. */
import {
  mdiCancel,
  mdiCheckCircle,
  mdiCloseCircle,
  mdiHandBackRight,
  mdiHelpRhombus,
  mdiHistory,
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

export interface PhaseDisplay {
  word: string;
  icon: string;
  /** The name of the CSS variable with its colour. */
  tone: string;
  /** Displayed as a solid block, to be seen from across the room. */
  loud: boolean;
  /** Symbol for the tab's title. */
  mark: string;
}

function display(word: string, icon: string, tone: string, mark: string, loud = false): PhaseDisplay {
  return { word, icon, tone, mark, loud };
}

export const IDLE = display('Idle', mdiWeatherNight, 'muted', '○');

/** A moment of a run that has ended, selected in its replay. */
export const REPLAY = display('Replay', mdiHistory, 'muted', '↺');

const PHASE_DISPLAY: Record<RunPhase, PhaseDisplay> = {
  QUEUED: display('Queued', mdiTimerSand, 'queued', '◌'),
  STARTING: display('Starting', mdiProgressClock, 'starting', '◔'),
  RUNNING: display('Running', mdiPlayCircle, 'running', '●'),
  PAUSED: display('Paused', mdiPauseCircle, 'paused', '❚❚', true),
  STOPPING: display('Stopping', mdiHandBackRight, 'stopping', '■', true),
  SUCCEEDED: display('Succeeded', mdiCheckCircle, 'succeeded', '✓'),
  FAILED: display('Failed', mdiCloseCircle, 'failed', '✗'),
  INTERRUPTED: display('Interrupted', mdiRecordCircleOutline, 'interrupted', '◎'),
  TERMINATED: display('Terminated', mdiOctagon, 'terminated', '⬣'),
  KILLED: display('Killed', mdiSkull, 'killed', '☠'),
  LOST: display('Lost', mdiHelpRhombus, 'lost', '◆'),
  CANCELLED: display('Cancelled', mdiCancel, 'queued', '–'),
};

/** How a phase is displayed. A phase that only a newer server knows is shown with its own name. */
export function displayOfPhase(phase: RunPhase): PhaseDisplay {
  const known: Partial<Record<string, PhaseDisplay>> = PHASE_DISPLAY;
  const name = phase.toLowerCase().replaceAll('_', ' ');
  return known[phase] ?? display(name.charAt(0).toUpperCase() + name.slice(1), mdiHelpRhombus, 'lost', '?');
}

/** A run that is held on a failed statement until an operator decides; its phase stays PAUSED. */
const NEEDS_YOU = display('Needs you', mdiCloseCircle, 'failed', '▲', true);

interface Held {
  phase: RunPhase;
  failure?: { awaitingDecision: boolean } | null;
}

export function isHeld({ phase, failure }: Held): boolean {
  return phase === 'PAUSED' && failure?.awaitingDecision === true;
}

export function displayOfRun(run: Held): PhaseDisplay {
  return isHeld(run) ? NEEDS_YOU : displayOfPhase(run.phase);
}

export const OUTCOMES: RunPhase[] = ['SUCCEEDED', 'FAILED', 'INTERRUPTED', 'TERMINATED', 'KILLED', 'LOST', 'CANCELLED'];

export function isOpen(phase: RunPhase): boolean {
  return !OUTCOMES.includes(phase);
}
