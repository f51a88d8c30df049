/** Validates the request to edit a queued run. */
import { SequencerError } from '@sequencer/model';
import { z } from 'zod';
import type { RunSummary } from '../store/run-store.ts';
import type { RunEdit } from './queue-store.ts';
import { checkScriptText, parse, planFields, readAfterFailure } from './submission.ts';

/** Every part can be left out. */
const editSchema = z.object({
  script: planFields.script.nullish(),
  title: planFields.title,
  arguments: planFields.arguments.nullish(),
  startPaused: planFields.startPaused.nullish(),
  holdOnFailure: planFields.holdOnFailure,
  breakpoints: planFields.breakpoints.nullish(),
  startAt: planFields.startAt,
  startLine: planFields.startLine,
  window: planFields.window,
  timeoutSeconds: planFields.timeoutSeconds,
  afterFailure: planFields.afterFailure,
  resources: planFields.resources,
  version: z.int().positive().nullish(),
});

export type EditInput = z.input<typeof editSchema>;

interface RequestedEdit {
  edit: RunEdit;
  /** To resolve into `edit.startAt`. */
  startLine: number | null;
  /** The version that the caller edited; null for any. */
  version: number | null;
}

/**
 * A part that is left out stays as it is. Null removes a title, a window, a time limit, the resources and a start at a later statement. Throws
 * BAD_INPUT, SCRIPT_TOO_LARGE or SCRIPT_NOT_TEXT.
 */
export function readEdit(input: EditInput, run: Pick<RunSummary, 'startAt'>): RequestedEdit {
  const { script, title, window, startAt = null, startLine = null, version = null, ...rest } = parse(editSchema, input);
  if (script != null) checkScriptText(script);
  const edit: RunEdit = {
    ...(script != null && { script }),
    ...(input.title !== undefined && { title }),
    ...(rest.arguments != null && { arguments: rest.arguments }),
    ...(rest.startPaused != null && { startPaused: rest.startPaused }),
    ...(rest.holdOnFailure != null && { holdOnFailure: rest.holdOnFailure }),
    ...(rest.breakpoints != null && { breakpoints: rest.breakpoints }),
    ...(input.startAt !== undefined && { startAt }),
    ...(input.window !== undefined && window),
    ...(input.timeoutSeconds !== undefined && { timeoutSeconds: rest.timeoutSeconds ?? null }),
    ...(input.resources !== undefined && { resources: rest.resources }),
    ...(rest.afterFailure != null && { afterFailure: readAfterFailure(rest.afterFailure) }),
  };
  if (Object.keys(edit).length === 0 && startLine === null) {
    throw new SequencerError('BAD_INPUT', 'input: nothing to change.', 'Set at least one part of the run.');
  }
  if (script != null && run.startAt !== null && edit.startAt === undefined && startLine === null) {
    throw new SequencerError(
      'BAD_INPUT',
      'startAt: the run starts at a later statement of the earlier script.',
      'Set startAt or startLine for the new script as well.',
    );
  }
  return { edit, startLine, version };
}
