/** Kubernetes writes `Queued` where the API writes `QUEUED`: the same words in the dress of each world. */
import { FINAL_PHASES, OUTCOMES, PHASES, isFinal, type FinalPhase, type Outcome, type Phase } from '../phases.ts';
import { MODES, type Mode } from '../queue.ts';

type Word<T extends string> = Capitalize<Lowercase<T>>;

function word<T extends string>(value: T): Word<T> {
  return (value.slice(0, 1) + value.slice(1).toLowerCase()) as Word<T>;
}

function words<T extends string>(values: readonly T[]): [Word<T>, ...Word<T>[]] {
  const [first, ...rest] = values.map(word);
  if (first === undefined) throw new Error('there are no words');
  return [first, ...rest];
}

export const PHASE_WORDS = words<Phase>(PHASES);
export const FINAL_PHASE_WORDS = words<FinalPhase>(FINAL_PHASES);
export const OUTCOME_WORDS = words<Outcome>(OUTCOMES);
export const MODE_WORDS = words<Mode>(MODES);

export type PhaseWord = Word<Phase>;
export type FinalPhaseWord = Word<FinalPhase>;
export type OutcomeWord = Word<Outcome>;
export type ModeWord = Word<Mode>;

export function phaseOfWord(value: PhaseWord): Phase {
  return value.toUpperCase() as Phase;
}

export function isFinalWord(value: PhaseWord | undefined): value is FinalPhaseWord {
  return value !== undefined && isFinal(phaseOfWord(value));
}
