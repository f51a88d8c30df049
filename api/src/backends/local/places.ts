/** The places of queued runs: numbers with space between them, so that a move changes only the moved run. Pure. */

const GAP = 1024;
/** A place has 32 bits. */
const LARGEST = 2 ** 30;

export interface Place {
  id: string;
  /** The smallest is next. */
  place: number;
}

/**
 * The places to set in order to put runs into a queue. They include other runs only when there is no space left.
 *
 * @param others the queue without these runs, the next one first
 * @param position in the queue, from 0; a position after the end is the end
 */
export function placesAt(others: readonly Place[], ids: readonly string[], position: number): Place[] {
  const index = Math.min(position, others.length);
  const space = GAP * (ids.length + 1);
  const after = others[index]?.place;
  const start = others[index - 1]?.place ?? (after === undefined ? 0 : after - space);
  const step = Math.floor(((after ?? start + space) - start) / (ids.length + 1));
  if (step >= 1 && Math.abs(start) < LARGEST) {
    return ids.map((id, at) => ({ id, place: start + step * (at + 1) }));
  }
  const order = others.map(({ id }) => id).toSpliced(index, 0, ...ids);
  return order.map((id, at) => ({ id, place: GAP * (at + 1) }));
}
