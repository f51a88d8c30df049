/**
 * The effective mode of a sequencer: what was set last, by people or by a tool that applies what is in git. Pure; the
 * operator and the API both use it.
 *
 * Contract (ADR 47)
 * - What a person sets always counts: on the pages, or with `kubectl patch` and `kubectl edit`.
 * - What a tool writes counts only when it differs from what this tool wrote before.
 * - Of a writer that is not known, Off always counts; another mode counts as for a tool.
 * - The first mode that a tool writes does not switch on a sequencer that a person switched off.
 *
 * Who wrote `spec.mode` is in `metadata.managedFields`. A request on the pages is also in an annotation, so that it is still
 * known after a tool has overwritten `spec.mode`.
 */
import type { KubernetesMode } from './enums.ts';
import type { ManagedFields } from './metadata.ts';
import { ANNOTATIONS } from './names.ts';
import {
  LONGEST_WRITER,
  requestedModeSchema,
  type RequestedMode,
  type Sequencer,
  type SequencerStatus,
} from './sequencer.ts';

export type { RequestedMode } from './sequencer.ts';

/** As much of a sequencer as this file reads. */
export type ModeSource = Pick<Sequencer, 'metadata' | 'spec'> & { status?: SequencerStatus | undefined };

/** The field managers of the parts of this product, all with this prefix. */
const OWN_PREFIX = 'sequencer-';
/** Field managers with which people change single fields. */
export const PEOPLE = ['kubectl-patch', 'kubectl-edit'];
/** Field managers of tools that update objects. Those that use server-side apply are recognized by the operation. */
const TOOLS = ['argocd-controller', 'helm', 'helm-controller', 'kubectl-client-side-apply', 'kustomize-controller'];

/** The user of a mode that the product set without a person. */
export const SEQUENCER_USER = 'Sequencer';

const MOST_WRITERS = 16;

interface Writer {
  name: string;
  kind: 'person' | 'tool' | 'unknown';
  at: string | undefined;
}

/** The annotation for a request on the pages: the record as it is with this request. */
export function modeAnnotation(
  sequencer: ModeSource,
  { mode, by, at, reason }: { mode: KubernetesMode; by: string; at: Date; reason: string | null },
): string {
  const { writers } = requestedMode(sequencer);
  return JSON.stringify({
    mode,
    by: by.slice(0, LONGEST_WRITER),
    at: at.toISOString(),
    ...(reason !== null && { reason }),
    writers,
  } satisfies RequestedMode);
}

/**
 * The request that counts, with the object as it is now.
 *
 * @param recorded the record of an earlier version of the object; by default that of the status
 */
export function requestedMode(sequencer: ModeSource, recorded = sequencer.status?.requestedMode): RequestedMode {
  const { mode } = sequencer.spec;
  const annotated = annotatedRequest(sequencer);
  // A new annotation is later than the record: it was written with the record of its time.
  const before = annotated && annotated.at !== recorded?.annotation ? annotated : recorded;
  const writers = writersOf(sequencer);
  const request: Pick<RequestedMode, 'mode' | 'by' | 'at' | 'reason'> | undefined =
    requestBy(
      writers.find((writer) => counts(writer, mode, before)),
      mode,
    ) ??
    before ??
    requestBy(writers[0], mode);
  const tools = writers.filter(({ kind }) => kind !== 'person').map(({ name }) => ({ name, mode }));
  const others = (before?.writers ?? []).filter(({ name }) => !tools.some((tool) => tool.name === name));
  return {
    mode: request?.mode ?? mode,
    by: request?.by ?? '',
    ...(request?.at !== undefined && { at: request.at }),
    ...(request?.reason !== undefined && { reason: request.reason }),
    writers: [...others, ...tools].slice(-MOST_WRITERS),
    ...(annotated?.at !== undefined && { annotation: annotated.at }),
  };
}

/** Whether the request in the annotation no longer counts, and the operator has recorded this. */
export function isOverruled(sequencer: ModeSource): boolean {
  const annotated = annotatedRequest(sequencer);
  if (!annotated || sequencer.status?.requestedMode?.annotation !== annotated.at) return false;
  const { by, at } = requestedMode(sequencer);
  return by !== annotated.by || at !== annotated.at;
}

/** The field manager of a tool that wrote `spec.mode` without effect; undefined if `spec.mode` has effect. */
export function ineffectiveWriter({ spec }: ModeSource, requested: RequestedMode): string | undefined {
  if (spec.mode === requested.mode) return undefined;
  return requested.writers.findLast(({ mode }) => mode === spec.mode)?.name ?? '';
}

function requestBy(writer: Writer | undefined, mode: KubernetesMode) {
  if (!writer) return undefined;
  const by = writer.name.startsWith('kubectl-') ? 'kubectl' : writer.name;
  return { mode, by, ...(writer.at !== undefined && { at: writer.at }) };
}

function counts({ name, kind }: Writer, mode: KubernetesMode, before: RequestedMode | undefined): boolean {
  if (mode === before?.mode) return false;
  const last = before?.writers.find((writer) => writer.name === name)?.mode;
  if (kind === 'person') return true;
  if (mode === 'Off' && (kind === 'unknown' || last === undefined)) return true;
  return last !== undefined && last !== mode;
}

/** Those who wrote the current `spec.mode`. The default of the API server has no writer, and counts as an unknown one. */
function writersOf({ metadata }: ModeSource): Writer[] {
  const owners = (metadata.managedFields ?? []).filter(ownsMode);
  if (owners.length === 0) return [{ name: '', kind: 'unknown', at: undefined }];
  return owners.map(({ manager = '', operation, time }) => ({
    name: manager,
    kind:
      manager.startsWith(OWN_PREFIX) || PEOPLE.includes(manager)
        ? 'person'
        : operation === 'Apply' || TOOLS.includes(manager)
          ? 'tool'
          : 'unknown',
    at: time,
  }));
}

function ownsMode({ subresource, fieldsV1 }: ManagedFields): boolean {
  return !subresource && fieldsV1?.['f:spec']?.['f:mode'] !== undefined;
}

/** The record in the annotation; undefined if it cannot be read. Older versions wrote other text. */
function annotatedRequest({ metadata }: ModeSource): RequestedMode | undefined {
  try {
    const { data } = requestedModeSchema.safeParse(JSON.parse(metadata.annotations?.[ANNOTATIONS.modeBy] ?? ''));
    return data?.at === undefined || Number.isNaN(Date.parse(data.at)) ? undefined : data;
  } catch {
    return undefined;
  }
}
