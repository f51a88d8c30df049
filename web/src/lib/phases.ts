/** How a phase is displayed: always an icon, a word and a colour. Only success is green. */
import {
  mdiCancel,
  mdiCheckCircle,
  mdiCloseCircle,
  mdiCommentQuestion,
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
  mdiTrayArrowUp,
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
  RECORDING: display('Recording', mdiTrayArrowUp, 'queued', '⇡'),
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
/** A script that waits for an answer; its phase stays RUNNING or PAUSED. */
const ASKS = display('Needs you', mdiCommentQuestion, 'paused', '▲', true);

interface Held {
  phase: RunPhase;
  failure?: { awaitingDecision: boolean } | null;
}

interface Ask {
  answered: unknown;
}

export function isHeld({ phase, failure }: Held): boolean {
  return phase === 'PAUSED' && failure?.awaitingDecision === true;
}

/** The oldest question that is not answered. Null if there is none, and while the run stops. */
export function openAsk<T extends Ask>({ phase, asks }: { phase: RunPhase; asks: readonly T[] }): T | null {
  const waits = phase === 'RUNNING' || phase === 'PAUSED';
  return (waits && asks.find((ask) => ask.answered === null)) || null;
}

export function displayOfRun(run: Held & { asks: readonly Ask[] }): PhaseDisplay {
  if (isHeld(run)) return NEEDS_YOU;
  return openAsk(run) ? ASKS : displayOfPhase(run.phase);
}

export const OUTCOMES: RunPhase[] = ['SUCCEEDED', 'FAILED', 'INTERRUPTED', 'TERMINATED', 'KILLED', 'LOST', 'CANCELLED'];

export function isOpen(phase: RunPhase): boolean {
  return !OUTCOMES.includes(phase);
}
