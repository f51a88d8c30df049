/** Inputs against their limits. */
import { SequencerError } from '@sequencer/model';
import type { z } from 'zod';

/** The value as the schema makes it. Throws BAD_INPUT, which names it. */
export function validate<S extends z.ZodType>(name: string, schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SequencerError('BAD_INPUT', `${[name, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? ''}`);
}
