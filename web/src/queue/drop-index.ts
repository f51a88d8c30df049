/** Where a dragged item goes. Pure. */

/**
 * @param middles of the items, from the top, in pixels
 * @param y of the pointer
 * @param from index of the dragged item
 * @returns the index of the item after the drop
 */
export function dropIndex(middles: readonly number[], y: number, from: number): number {
  return middles.filter((middle, index) => index !== from && middle < y).length;
}
