/**
 * The settings of the scheduler that count: those that people set on the pages, until git has another value. Pure.
 *
 * Contract: the API writes what a user sets to `spec.scheduler`, and to an annotation with the value that it replaced. A tool
 * that applies the replaced value again changes nothing; another value counts, and so does what kubectl patch or edit writes.
 */
import { z } from 'zod';
import { PEOPLE } from './mode.ts';
import { ANNOTATIONS } from './names.ts';
import { schedulerSpecSchema, type SchedulerSpec } from './scheduler-schema.ts';
import type { Sequencer } from './sequencer.ts';

export type SettingsSource = Pick<Sequencer, 'metadata' | 'spec'>;
type Field = keyof SchedulerSpec;
const FIELDS = Object.keys(schedulerSpecSchema.shape) as Field[];

/** A changed setting. Null: none, so that the default counts. */
export type SchedulerChanges = { [K in Field]?: SchedulerSpec[K] | null | undefined };

const value = z.union([z.string(), z.number(), z.null()]);
const noteSchema = z.record(z.string(), z.object({ value, over: value }));
type Note = z.infer<typeof noteSchema>;

/** The settings that count. */
export function schedulerSettingsOf(sequencer: SettingsSource): SchedulerSpec {
  const note = noteOf(sequencer);
  const all = FIELDS.map((field) => [field, effective(sequencer, field, note)]);
  const settings = schedulerSpecSchema.safeParse(Object.fromEntries(all.filter(([, setting]) => setting !== null)));
  return settings.data ?? sequencer.spec.scheduler ?? {};
}

/** The merge patch for what a user of the pages sets. */
export function schedulerPatch(sequencer: SettingsSource, changes: SchedulerChanges) {
  const note = noteOf(sequencer);
  for (const field of FIELDS) {
    const wanted = changes[field];
    if (wanted === undefined) continue;
    const current = sequencer.spec.scheduler?.[field] ?? null;
    const known = note[field];
    note[field] = { value: wanted, over: known?.value === current ? known.over : current };
  }
  return {
    metadata: { annotations: { [ANNOTATIONS.schedulerSet]: JSON.stringify(note) } },
    spec: { scheduler: changes },
  };
}

function effective(sequencer: SettingsSource, field: Field, note: Note): string | number | null {
  const current = sequencer.spec.scheduler?.[field] ?? null;
  const set = note[field];
  return set?.over === current && !isByPerson(sequencer, field) ? set.value : current;
}

function isByPerson({ metadata }: SettingsSource, field: Field): boolean {
  return (metadata.managedFields ?? []).some(({ manager = '', subresource, fieldsV1 }) => {
    const fields = fieldsV1?.['f:spec']?.['f:scheduler'] as Record<string, unknown> | undefined;
    return !subresource && PEOPLE.includes(manager) && fields?.[`f:${field}`] !== undefined;
  });
}

function noteOf({ metadata }: SettingsSource): Note {
  try {
    return noteSchema.safeParse(JSON.parse(metadata.annotations?.[ANNOTATIONS.schedulerSet] ?? '{}')).data ?? {};
  } catch {
    return {};
  }
}
