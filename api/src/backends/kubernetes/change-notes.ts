/**
 * Who changed a queued run, and why, in annotations of its object. A note counts only for the generation that it was written
 * with: a later change with kubectl is by someone else. Pure.
 */
import { storableText } from '@sequencer/model';
import type { Metadata } from '@sequencer/model/kubernetes/metadata';
import { ANNOTATIONS } from '@sequencer/model/kubernetes/names';
import { requestOf } from '@sequencer/model/kubernetes/queue';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { z } from 'zod';
import type { RunRow } from '../../store/schema.ts';

const noteSchema = z.object({
  by: z.string(),
  reason: z.string().nullable(),
  at: z.coerce.date(),
  generation: z.int(),
});
type Note = z.infer<typeof noteSchema>;

export function serializeNote(note: Note): string {
  return JSON.stringify(note);
}

function parseNote(text: string | undefined): Note | null {
  try {
    return noteSchema.parse(JSON.parse(text ?? 'null'));
  } catch {
    return null;
  }
}

function readNote({ annotations }: Metadata, key: string, generation: number | undefined): Note | null {
  const note = parseNote(annotations?.[key]);
  return note?.generation === generation ? note : null;
}

type HoldColumns = Pick<RunRow, 'onHoldSince' | 'onHoldBy' | 'onHoldReason'>;

/** @param before the columns until now: they have the time of a hold with kubectl, when it was first seen */
export function holdColumns(run: SequencerRun, before: HoldColumns | null): HoldColumns {
  if (run.spec.desiredState !== 'Held') return { onHoldSince: null, onHoldBy: null, onHoldReason: null };
  const note = readNote(run.metadata, ANNOTATIONS.onHold, requestOf(run).generation);
  if (note) {
    const onHoldReason = note.reason === null ? null : storableText(note.reason);
    return { onHoldSince: note.at, onHoldBy: storableText(note.by), onHoldReason };
  }
  const isSame = before?.onHoldBy === 'kubectl' && before.onHoldSince !== null;
  return { onHoldSince: isSame ? before.onHoldSince : new Date(), onHoldBy: 'kubectl', onHoldReason: null };
}

type ProposalColumns = Pick<RunRow, 'proposed' | 'acceptedBy' | 'acceptedAt'>;

/**
 * Whether the run is a proposal that was not accepted, or who has accepted it. A release with kubectl accepts it as well. A
 * proposal that is declined is cancelled.
 */
export function proposalOf({ metadata, spec }: SequencerRun): ProposalColumns {
  const { [ANNOTATIONS.proposed]: mark, [ANNOTATIONS.acceptedBy]: accepted } = metadata.annotations ?? {};
  const isOne = mark === 'true';
  const note = isOne ? parseNote(accepted) : null;
  const isWaiting = spec.desiredState === 'Held' || spec.desiredState === 'Cancelled';
  return {
    proposed: isOne && !note && isWaiting,
    acceptedBy: note && storableText(note.by),
    acceptedAt: note && note.at,
  };
}

/** Who made the last change of the plan, for a row whose plan differs from the object. */
export function editColumns({ metadata }: SequencerRun): Pick<RunRow, 'editedBy' | 'editedAt'> {
  const note = readNote(metadata, ANNOTATIONS.editedBy, metadata.generation);
  return note ? { editedBy: storableText(note.by), editedAt: note.at } : { editedBy: 'kubectl', editedAt: new Date() };
}
