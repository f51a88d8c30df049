/** The error for an edit of a run that another user has changed. */
import { SequencerError } from '@sequencer/model';
import type { RunSummary } from '../store/run-store.ts';

export function runChanged({ editedBy, editedAt }: Pick<RunSummary, 'editedBy' | 'editedAt'>): SequencerError {
  const time = editedAt ? ` at ${editedAt.toISOString().slice(11, 16)} UTC` : '';
  return new SequencerError(
    'RUN_CHANGED',
    `${editedBy ?? 'Another user'} changed this run${time}. Nothing was changed.`,
  );
}
