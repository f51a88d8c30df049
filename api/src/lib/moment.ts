/** Times and dates as clients send them. */
import { z } from 'zod';

const shape = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);
/** Years that ISO 8601 writes with four digits and that PostgreSQL stores. */
export const EARLIEST = new Date('0001-01-01T00:00:00Z');
export const LATEST = new Date('9999-12-31T23:59:59.999Z');

/** Parses an ISO 8601 time or date in the years 1 to 9999; null for any other text. A date is its midnight in UTC. */
export function readMoment(text: unknown): Date | null {
  const parsed = shape.safeParse(text);
  if (!parsed.success) return null;
  const moment = new Date(parsed.data);
  return moment >= EARLIEST && moment <= LATEST ? moment : null;
}
