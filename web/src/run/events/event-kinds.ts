/** The kinds of events that the page lists, each with the word that is shown before the text of its events. */
import type { EventType } from '@sequencer/model/events';

interface Kind {
  word: string;
  types: readonly EventType[];
}

export const KINDS: readonly Kind[] = [
  { word: 'Run', types: ['started', 'ended'] },
  { word: 'Statement', types: ['statement'] },
  { word: 'Trace', types: ['traceStarted', 'traceEnded', 'tasksFrozen'] },
  { word: 'Pause', types: ['pause'] },
  { word: 'Prompt', types: ['prompt', 'resumed'] },
  { word: 'Breakpoints', types: ['breakpoints'] },
  { word: 'Log point', types: ['logged'] },
  { word: 'Question', types: ['ask', 'answered'] },
  { word: 'Failure', types: ['failure'] },
  { word: 'Decision', types: ['decision'] },
  { word: 'Script', types: ['script'] },
  { word: 'Stop', types: ['stopping', 'reaction'] },
  { word: 'Action', types: ['action'] },
  { word: 'Evaluation', types: ['evaluated'] },
  { word: 'Telescope', types: ['telescope'] },
  { word: 'Recorder', types: ['outputDropped', 'setAside'] },
];

/** Commands, decisions, edits, evaluations and answers of users. */
export const ACTION_TYPES: readonly EventType[] = ['action', 'decision', 'script', 'evaluated', 'answered'];

export function kindOf(type: string): string {
  return KINDS.find(({ types }) => types.some((name) => name === type))?.word ?? type;
}
