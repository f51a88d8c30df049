/** Validation of inputs with zod schemas. */
import { SequencerError } from '@sequencer/model';
import type { z } from 'zod';

/** The parsed value. Throws BAD_INPUT with its name. */
export function validate<S extends z.ZodType>(name: string, schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SequencerError('BAD_INPUT', `${[name, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? ''}`);
}
