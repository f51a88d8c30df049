/** The kinds of values that environment variables of several processes have. */
import { z } from 'zod';
import { SEQUENCER_NAME } from './limits.ts';

/** Items with commas between them. Spaces around an item do not count. */
export const list = z.string().transform((text) => text.split(',').flatMap((item) => item.trim() || []));

export function oneOf<const Values extends readonly string[]>(...values: Values) {
  return z.enum(values, `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`);
}

/** @param min 0 lets the system choose a free port */
export function port(min: 0 | 1 = 0) {
  const error = `must be a whole number from ${String(min)} to 65535`;
  return z.coerce.number(error).int(error).min(min, error).max(65535, error);
}

export function positiveNumber(max: number) {
  const error = `must be a number above 0, at most ${String(max)}`;
  return z.coerce.number(error).positive(error).max(max, error);
}

/** An angle from -`limit` to `limit`. */
export function degrees(limit: number) {
  const error = `must be a number of degrees from -${String(limit)} to ${String(limit)}`;
  return z.coerce.number(error).min(-limit, error).max(limit, error);
}

export const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'must be the address of a PostgreSQL database, such as postgres://user@host:5432/sequencer',
});

export const sequencerNames = list
  .refine((names) => names.length > 0 && names.every((name) => SEQUENCER_NAME.test(name)), {
    error: 'must be names with commas between them: lower-case letters, digits and hyphens, at most 30 characters each',
  })
  .refine((names) => new Set(names).size === names.length, 'contains a name twice');

export const logLevel = oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent');
