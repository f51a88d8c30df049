/** Validates the request for a run. */
import {
  AFTER_FAILURES,
  LIMITS,
  RESOURCE_NAME,
  RUN_ORIGINS,
  SequencerError,
  breakpointSchema,
  hasUnseenCharacters,
  type AfterFailure,
  type Finding,
  type StatementSpan,
} from '@sequencer/model';
import { z } from 'zod';
import { sha256 } from '../lib/sha256.ts';
import type { RunSummary } from '../store/run-store.ts';
import type { Submission } from './queue-store.ts';
import type { RunBackend } from './run-backend.ts';
import { findErrors } from './script-check.ts';
import { listStatements } from './script-requests.ts';

const NUL = /\0/;
const text = (longest: number) =>
  z
    .string()
    .max(longest, `longer than ${String(longest)} characters. Shorten it.`)
    .refine((value) => value.isWellFormed() && !NUL.test(value), 'not valid text, or contains NUL characters.');

const line = (longest: number) =>
  text(longest)
    .nullish()
    .transform(
      (value) =>
        value
          ?.replaceAll(/[^\S\uFEFF]+/g, ' ')
          .trim()
          .normalize('NFC') || null,
    )
    .refine((value) => value === null || !hasUnseenCharacters(value), 'contains invisible characters. Remove them.');

/** Breakpoints of a request. */
export const breakpointsSchema = z.array(breakpointSchema).max(LIMITS.breakpointCount);

export const startAtSchema = z
  .int()
  .nonnegative()
  .max(2 ** 31 - 1)
  .nullish();

export const startLineSchema = z.int().positive().nullish();

/** The window of a start. */
const windowSchema = z
  .object({ notBefore: z.date().nullish(), notAfter: z.date().nullish() })
  .nullish()
  .transform((window) => ({ notBefore: window?.notBefore ?? null, notAfter: window?.notAfter ?? null }))
  .refine(({ notAfter }) => !notAfter || notAfter.getTime() > Date.now(), 'notAfter is in the past.')
  .refine(
    ({ notBefore, notAfter }) => !notBefore || !notAfter || notBefore < notAfter,
    'notAfter must be after notBefore.',
  );

const NAME_RULE = 'must have 1 to 63 lower case letters, digits and hyphens, and begin with a letter or digit.';

/** In a fixed order, without duplicates. */
const resourcesSchema = z
  .array(z.string().regex(RESOURCE_NAME, NAME_RULE))
  .max(LIMITS.resourceCount, `more than ${String(LIMITS.resourceCount)} resources. Name fewer.`)
  .nullish()
  .transform((names) => [...new Set(names)].sort());

/** What a run executes, when, and what follows. */
export const planFields = {
  script: z.string(),
  title: line(LIMITS.titleLength),
  arguments: z
    .array(text(LIMITS.argumentBytes))
    .max(LIMITS.argumentCount, `more than ${String(LIMITS.argumentCount)} arguments. Pass a file instead.`),
  startPaused: z.boolean(),
  holdOnFailure: z.boolean().nullish(),
  breakpoints: breakpointsSchema,
  startAt: startAtSchema,
  startLine: startLineSchema,
  window: windowSchema,
  timeoutSeconds: z.int().positive().max(LIMITS.timeoutSeconds).nullish(),
  afterFailure: z.enum(AFTER_FAILURES).nullish(),
  resources: resourcesSchema,
};

const submissionSchema = z.object({
  ...planFields,
  sequencer: z.string(),
  position: z
    .int()
    .nonnegative()
    .max(2 ** 31 - 1)
    .nullish(),
  start: z.enum(['QUEUED', 'RUNNING']),
  origin: z.enum(RUN_ORIGINS).default('PERSON'),
  proposed: z.boolean().default(false),
  requestId: text(100).nullish(),
});

const reasonSchema = z.object({ reason: line(LIMITS.reasonLength) });

/** The reason of a user in one line; null for an empty one. */
export function readReason(reason: string | null | undefined): string | null {
  return parse(reasonSchema, { reason }).reason;
}

export type SubmissionInput = z.input<typeof submissionSchema>;

/** Throws SCRIPT_TOO_LARGE or SCRIPT_NOT_TEXT. */
export function checkScriptText(script: string): void {
  if (!script.isWellFormed() || NUL.test(script)) throw new SequencerError('SCRIPT_NOT_TEXT');
  const size = Buffer.byteLength(script);
  if (size > LIMITS.scriptBytes) {
    throw new SequencerError(
      'SCRIPT_TOO_LARGE',
      `The script has ${String(size)} bytes; the limit is 524288 (512 KiB).`,
      'Move data into a file.',
    );
  }
}

/** Throws the first finding that prevents the start of the script. */
function refuseErrors(findings: readonly Finding[]): void {
  const error = findings.find((finding) => finding.severity === 'error');
  if (!error) return;
  const code = ['SYNTAX_ERROR', 'OCS_CONFIG_MISSING', 'SCRIPT_TOO_LARGE', 'SCRIPT_NOT_TEXT'].find(
    (c) => c === error.code,
  );
  // The message of any other finding contains its remedy.
  const remedy = code === 'SYNTAX_ERROR' ? undefined : '';
  throw new SequencerError((code as 'SYNTAX_ERROR' | undefined) ?? 'BAD_INPUT', error.message, remedy);
}

/** The run of an earlier request with the same requestId. Throws REQUEST_ID_REUSED unless it is for the same script. */
export function sameRun(made: RunSummary, wanted: { sequencer: string; script: string }): RunSummary {
  // The script of an edited run is another one than that of its request.
  const isSame = made.version > 1 || made.scriptHash === sha256(wanted.script);
  if (made.sequencer === wanted.sequencer && isSame) return made;
  throw new SequencerError('REQUEST_ID_REUSED');
}

/** What a check of a script needs. */
type Startable = Pick<Submission, 'sequencer' | 'script' | 'startAt' | 'startLine'>;

/** Replaces `startLine` by the index of the statement. Throws BAD_INPUT, with the nearest line, if none begins there. */
async function resolveStartLine<T extends Startable>(backend: RunBackend, wanted: T): Promise<T> {
  const { startLine, startAt } = wanted;
  if (startLine === null) return wanted;
  if (startAt !== null)
    throw new SequencerError('BAD_INPUT', 'startLine: startAt is set as well.', 'Set only one of them.');
  const statements = await listStatements(backend, wanted.sequencer, wanted.script);
  if (!statements) {
    if (backend.resolvesStartLine) return wanted;
    const text = `startLine: the statement at this line cannot be found because ${backend.unansweredReason}.`;
    throw new SequencerError('RUNNER_AWAY', text);
  }
  const found = statements.find(({ firstLine }) => firstLine === startLine);
  if (!found) {
    const distance = ({ firstLine }: StatementSpan) => Math.abs(firstLine - startLine);
    const [nearest] = statements.toSorted((a, b) => distance(a) - distance(b));
    const where = nearest
      ? `The nearest begins at line ${String(nearest.firstLine)}.`
      : 'The script has no statements.';
    throw new SequencerError('BAD_INPUT', `startLine: no statement begins at line ${String(startLine)}.`, where);
  }
  return { ...wanted, startAt: found.index === 0 ? null : found.index, startLine: null };
}

/** Checks the script. Returns it with `startLine` resolved. Throws the first error. */
export async function requireStartable<T extends Startable>(backend: RunBackend, wanted: T): Promise<T> {
  const resolved = await resolveStartLine(backend, wanted);
  refuseErrors(await findErrors(backend, wanted.sequencer, wanted.script, resolved.startAt ?? 0));
  return resolved;
}

/** Throws NOT_YET for the safe script. */
export function readAfterFailure<T extends AfterFailure | null | undefined>(afterFailure: T): T {
  if (afterFailure !== 'RUN_SAFE_SCRIPT') return afterFailure;
  throw new SequencerError('NOT_YET', 'There is no safe script yet.', 'Choose HOLD_QUEUE or CONTINUE.');
}

/** A submission before the settings of its sequencer are applied. */
export interface RequestedRun extends Omit<Submission, 'holdOnFailure' | 'afterFailure'> {
  /** In the queue; null for the end. */
  position: number | null;
  /** Null for the setting of the sequencer. */
  holdOnFailure: boolean | null;
  afterFailure: AfterFailure | null;
}

/** Throws BAD_INPUT, SCRIPT_TOO_LARGE or SCRIPT_NOT_TEXT. */
export function readSubmission(input: SubmissionInput): RequestedRun {
  const { window, ...parsed } = parse(submissionSchema, input);
  checkScriptText(parsed.script);
  return {
    ...parsed,
    ...window,
    position: parsed.position ?? null,
    holdOnFailure: parsed.holdOnFailure ?? null,
    requestId: parsed.requestId ?? null,
    startAt: parsed.startAt ?? null,
    startLine: parsed.startLine ?? null,
    timeoutSeconds: parsed.timeoutSeconds ?? null,
    afterFailure: readAfterFailure(parsed.afterFailure) ?? null,
  };
}

/** Throws BAD_INPUT with the name of the value. */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SequencerError('BAD_INPUT', `${issue?.path.join('.') ?? 'input'}: ${issue?.message ?? ''}`);
}
