/** Copies of queued runs: for a duplicate, for a repetition, and to undo a removal. */
import type { Client } from '@urql/core';
import { mutate, query } from '../api/client.ts';
import type { QueuedRunQuery, SubmitRunInput } from '../gql/graphql.ts';
import { ADD_RUNS, EDIT_RUN, HOLD, QUEUED_RUN } from './queue-documents.ts';

/** Everything that a copy of the run needs. */
export type RunContent = NonNullable<QueuedRunQuery['run']>;

export interface AddedRun {
  id: string;
  number: number;
}

/** Throws if the run does not exist. */
export async function readContent(api: Client, id: string): Promise<RunContent> {
  const { run } = await query(api, QUEUED_RUN, { id });
  if (!run) throw new Error('The run does not exist any more.');
  return run;
}

/** Longer than it takes to put the copy of a run on hold. */
const CLOSED_MS = 24 * 3600_000;

function toInput(content: RunContent, sequencer: string, position: number | null): SubmitRunInput {
  const { title, script, arguments: args, startPaused, holdOnFailure, startAt, start } = content;
  const { timeoutSeconds, afterFailure, resources, breakpoints, onHold } = content;
  // A copy of a run on hold must not start before it is on hold as well.
  const window = onHold ? { notBefore: new Date(Date.now() + CLOSED_MS).toISOString() } : content.window;
  const plan = { timeoutSeconds, afterFailure, resources, breakpoints, window, position };
  return { sequencer, title, script, arguments: args, startPaused, holdOnFailure, startAt, start, ...plan };
}

/**
 * Adds copies of runs to the queue, in this order: all or none.
 *
 * @param position of the first one; null for the end
 * @param copies how often the whole list is added
 */
export async function addRuns(
  api: Client,
  sequencer: string,
  contents: readonly RunContent[],
  position: number | null,
  copies = 1,
): Promise<AddedRun[]> {
  const inputs = contents.map((content) => toInput(content, sequencer, position));
  const { submitRuns } = await mutate(api, ADD_RUNS, { inputs, copies });
  for (const [index, { id }] of submitRuns.entries()) {
    const content = contents[index % contents.length];
    if (!content?.onHold) continue;
    await mutate(api, HOLD, { id, reason: content.onHold.reason });
    await mutate(api, EDIT_RUN, { id, input: { window: content.window } });
  }
  return submitRuns;
}
