/** From what somebody wants to run to a run in the queue. */
import { createHash, randomUUID } from 'node:crypto';
import { LIMITS, SequencerError, breakpointSchema, type Finding } from '@sequencer/model';
import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { violatedConstraint, type Db } from '../store/database.ts';
import { findByRequest, findRun, wordsOf, type RunSummary } from '../store/run-store.ts';
import { runs, sequencers } from '../store/schema.ts';
import { lockSequencer } from './run-end.ts';
import type { RunBackend } from './run-backend.ts';

const NUL = /\0/;
/** What is not seen, or turns the text after it around, so that it looks like another. */
const DECEIVING = /[\p{Cc}\p{Bidi_Control}]/u;
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

const submissionSchema = z.object({
  sequencer: z.string(),
  script: z.string(),
  title: text(LIMITS.titleLength)
    .nullish()
    .transform((title) => title?.replaceAll(/\s+/g, ' ').trim() || null)
    .refine((title) => title === null || !DECEIVING.test(title), 'It holds characters that cannot be seen.'),
  arguments: z
    .array(text(LIMITS.argumentBytes))
    .max(LIMITS.argumentCount, `There are more than ${String(LIMITS.argumentCount)} of them.`),
  startPaused: z.boolean(),
  holdOnFailure: z.boolean(),
  breakpoints: breakpointsSchema,
  startAt: startAtSchema,
  start: z.enum(['QUEUED', 'RUNNING']),
  requestId: text(100).nullish(),
});

export type SubmissionInput = z.input<typeof submissionSchema>;
type Submission = z.output<typeof submissionSchema>;

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

/** Makes the run. Repeated with the same requestId it answers with the run that it made before. */
export async function submit(db: Db, backend: RunBackend, by: string, input: SubmissionInput): Promise<RunSummary> {
  const parsed = submissionSchema.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SequencerError('BAD_INPUT', `${issue?.path.join('.') ?? 'input'}: ${issue?.message ?? ''}`);
  }
  const wanted = parsed.data;
  checkScriptText(wanted.script);
  if (wanted.requestId) {
    const made = await findByRequest(db, by, wanted.requestId);
    if (made) return made;
  }
  refuseErrors((await backend.check(wanted.sequencer, wanted.script, wanted.startAt ?? 0)) ?? []);
  const id = randomUUID();
  try {
    await insert(db, id, by, wanted);
  } catch (error) {
    if (violatedConstraint(error) !== 'runs_request' || !wanted.requestId) throw error;
    const made = await findByRequest(db, by, wanted.requestId);
    if (made) return made;
    throw error;
  }
  await backend.advance(wanted.sequencer);
  const made = await findRun(db, id);
  if (!made) throw new SequencerError('UNKNOWN_RUN');
  return made;
}

async function insert(db: Db, id: string, by: string, wanted: Submission): Promise<void> {
  await db.transaction(async (tx) => {
    const { lastNumber } = await lockSequencer(tx, wanted.sequencer);
    const number = lastNumber + 1;
    await tx.update(sequencers).set({ lastNumber: number }).where(eq(sequencers.name, wanted.sequencer));
    const waiting = sql`phase = 'QUEUED' and sequencer = ${wanted.sequencer}`;
    const place = await tx
      .select({ next: sql<number>`coalesce(max(place), 0) + 1` })
      .from(runs)
      .where(waiting);
    await tx.insert(runs).values({
      ...wanted,
      id,
      number,
      place: place[0]?.next ?? 1,
      scriptHash: createHash('sha256').update(wanted.script).digest('hex'),
      submittedBy: by,
      submittedAt: new Date(),
      requestId: wanted.requestId ?? null,
      startAt: wanted.startAt ?? null,
      phase: 'QUEUED',
      words: wordsOf({ ...wanted, number, submittedBy: by, failure: null }),
    });
  });
}
