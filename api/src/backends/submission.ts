/** From what somebody wants to run to a run in the queue. */
import {
  LIMITS,
  SequencerError,
  breakpointSchema,
  hasUnseenCharacters,
  type Finding,
  type StatementSpan,
} from '@sequencer/model';
import { z } from 'zod';
import { sha256 } from '../lib/sha256.ts';
import type { Db } from '../store/database.ts';
import { findByRequest, findRun, type RunSummary } from '../store/run-store.ts';
import type { RunBackend } from './run-backend.ts';
import type { RunQueue, Submission } from './run-queue.ts';

const NUL = /\0/;
const text = (longest: number) =>
  z
    .string()
    .max(longest, `It has more than ${String(longest)} characters.`)
    .refine((value) => value.isWellFormed() && !NUL.test(value), 'It is not text, or holds NUL characters.');

/** Breakpoints as a person may ask for them. */
export const breakpointsSchema = z.array(breakpointSchema).max(LIMITS.breakpointCount);

export const startAtSchema = z
  .int()
  .nonnegative()
  .max(2 ** 31 - 1)
  .nullish();

export const startLineSchema = z.int().positive().nullish();

const submissionSchema = z.object({
  sequencer: z.string(),
  script: z.string(),
  title: text(LIMITS.titleLength)
    .nullish()
    .transform(
      (title) =>
        title
          ?.replaceAll(/[^\S\uFEFF]+/g, ' ')
          .trim()
          .normalize('NFC') || null,
    )
    .refine((title) => title === null || !hasUnseenCharacters(title), 'It holds characters that cannot be seen.'),
  arguments: z
    .array(text(LIMITS.argumentBytes))
    .max(LIMITS.argumentCount, `There are more than ${String(LIMITS.argumentCount)} of them.`),
  startPaused: z.boolean(),
  holdOnFailure: z.boolean(),
  breakpoints: breakpointsSchema,
  startAt: startAtSchema,
  startLine: startLineSchema,
  start: z.enum(['QUEUED', 'RUNNING']),
  requestId: text(100).nullish(),
});

export type SubmissionInput = z.input<typeof submissionSchema>;

export interface SubmissionParts {
  db: Db;
  backend: RunBackend;
  queue: RunQueue;
}

/** Throws SCRIPT_TOO_LARGE or SCRIPT_NOT_TEXT. */
export function checkScriptText(script: string): void {
  if (!script.isWellFormed() || NUL.test(script)) throw new SequencerError('SCRIPT_NOT_TEXT');
  const size = Buffer.byteLength(script);
  if (size > LIMITS.scriptBytes) {
    throw new SequencerError('SCRIPT_TOO_LARGE', `The script has ${String(size)} bytes; 524288 (512 KiB) are allowed.`);
  }
}

/** Throws what keeps the script from starting. */
function refuseErrors(findings: readonly Finding[]): void {
  const error = findings.find((finding) => finding.severity === 'error');
  if (!error) return;
  const code = ['SYNTAX_ERROR', 'OCS_CONFIG_MISSING', 'SCRIPT_TOO_LARGE', 'SCRIPT_NOT_TEXT'].find(
    (c) => c === error.code,
  );
  throw new SequencerError((code as 'SYNTAX_ERROR' | undefined) ?? 'BAD_INPUT', error.message);
}

/** The run, if it is what is wanted. Throws REQUEST_ID_REUSED. */
function sameRun(made: RunSummary, wanted: { sequencer: string; script: string }): RunSummary {
  if (made.sequencer === wanted.sequencer && made.scriptHash === sha256(wanted.script)) return made;
  throw new SequencerError('REQUEST_ID_REUSED');
}

/** The statement that begins at the line, as Python counts. Throws BAD_INPUT, with the nearest line that begins one. */
async function resolveStartLine(backend: RunBackend, wanted: Submission): Promise<void> {
  const { startLine, startAt } = wanted;
  if (startLine === null) return;
  if (startAt !== null) throw new SequencerError('BAD_INPUT', 'startLine: give either startAt or startLine.');
  const statements = await backend.statements(wanted.sequencer, wanted.script);
  if (!statements) {
    if (backend.resolvesStartLine) return;
    const text = 'startLine: the runner is not connected, so the statement at this line cannot be found.';
    throw new SequencerError('RUNNER_AWAY', text);
  }
  const found = statements.find(({ firstLine }) => firstLine === startLine);
  if (!found) {
    const distance = ({ firstLine }: StatementSpan) => Math.abs(firstLine - startLine);
    const [nearest] = statements.toSorted((a, b) => distance(a) - distance(b));
    const where = nearest ? `The nearest begins at line ${String(nearest.firstLine)}.` : 'The script has none.';
    throw new SequencerError('BAD_INPUT', `startLine: no statement begins at line ${String(startLine)}. ${where}`);
  }
  wanted.startAt = found.index === 0 ? null : found.index;
  wanted.startLine = null;
}

/** Makes the run. Repeated with the same requestId it answers with the run that it made before. */
export async function submit(parts: SubmissionParts, by: string, input: SubmissionInput): Promise<RunSummary> {
  const { db, backend, queue } = parts;
  const parsed = submissionSchema.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SequencerError('BAD_INPUT', `${issue?.path.join('.') ?? 'input'}: ${issue?.message ?? ''}`);
  }
  const { requestId, startAt, startLine } = parsed.data;
  const wanted = {
    ...parsed.data,
    requestId: requestId ?? null,
    startAt: startAt ?? null,
    startLine: startLine ?? null,
  };
  checkScriptText(wanted.script);
  if (wanted.requestId !== null) {
    const made = await findByRequest(db, by, wanted.requestId);
    if (made) return sameRun(made, wanted);
  }
  await resolveStartLine(backend, wanted);
  refuseErrors((await backend.check(wanted.sequencer, wanted.script, wanted.startAt ?? 0)) ?? []);
  // Of two concurrent requests with the same requestId, one answers with the run of the other.
  const made = sameRun(await queue.submit(by, wanted), wanted);
  await backend.advance(wanted.sequencer);
  return (await findRun(db, made.id)) ?? made;
}
