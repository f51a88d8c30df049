/** Validates a request for several runs. */
import { LIMITS, SequencerError } from '@sequencer/model';
import { readSubmission, type RequestedRun, type SubmissionInput } from './submission.ts';

/**
 * The runs that a request describes, without copies. Throws BAD_INPUT, SCRIPT_TOO_LARGE or SCRIPT_NOT_TEXT.
 *
 * @param copies how often the list is repeated
 */
export async function readSubmissions(inputs: readonly SubmissionInput[], copies: number): Promise<RequestedRun[]> {
  if (inputs.length < 1 || inputs.length > LIMITS.submitCount) {
    throw new SequencerError('BAD_INPUT', `inputs: must have 1 to ${String(LIMITS.submitCount)} runs.`);
  }
  const most = Math.floor(LIMITS.queueLength / inputs.length);
  if (copies < 1 || copies > most) {
    throw new SequencerError(
      'BAD_INPUT',
      `copies: must be from 1 to ${String(most)} for ${String(inputs.length)} runs.`,
    );
  }
  const runs: RequestedRun[] = [];
  for (const [index, input] of inputs.entries()) {
    runs.push(await ofInput(index, inputs.length, () => readSubmission(input)));
  }
  const bytes = runs.reduce((sum, { script }) => sum + Buffer.byteLength(script), 0) * copies;
  if (bytes > LIMITS.submitBytes) {
    const limit = `${String(LIMITS.submitBytes / 1024 / 1024)} MiB`;
    throw new SequencerError('BAD_INPUT', `inputs: the scripts of all copies exceed ${limit}.`, 'Submit fewer runs.');
  }
  requireOne(runs, ({ sequencer }) => sequencer, 'sequencer: all runs must be for the same sequencer.');
  requireOne(runs, ({ position }) => position, 'position: the list has one position. Set the same for all runs.');
  requireOne(runs, ({ requestId }) => requestId === null, 'requestId: set it for all runs of the list, or for none.');
  return runs;
}

function requireOne(runs: readonly RequestedRun[], part: (run: RequestedRun) => unknown, message: string): void {
  if (new Set(runs.map(part)).size > 1) throw new SequencerError('BAD_INPUT', message);
}

/** Repeats the whole list. Each copy has its own requestId, so that a repeated request finds all its runs. */
export function withCopies<T extends { requestId: string | null }>(runs: readonly T[], copies: number): T[] {
  return Array.from({ length: copies }, (_, copy) =>
    runs.map((run) => {
      if (copy === 0 || run.requestId === null) return run;
      return { ...run, requestId: `${run.requestId} (copy ${String(copy + 1)})` };
    }),
  ).flat();
}

/** Checks one run of a list. Its error names the run. */
export async function ofInput<T>(index: number, count: number, check: () => T | Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof SequencerError) || count === 1) throw error;
    const { code, remedy } = error;
    throw SequencerError.reported({ code, remedy, message: `inputs.${String(index)}: ${error.message}` });
  }
}
