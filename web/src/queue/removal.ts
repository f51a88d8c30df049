/** Where removed runs were in the queue, and where they belong when the removal is undone. Pure. */

/** Runs that were next to each other. */
export interface RemovedBlock {
  ids: string[];
  /** From 0. */
  index: number;
  /** The run before and after them that was not removed. Null at the ends. */
  previous: string | null;
  next: string | null;
}

/** @param queue the ids of all queued runs */
export function removedBlocks(queue: readonly string[], removed: ReadonlySet<string>): RemovedBlock[] {
  const blocks: RemovedBlock[] = [];
  for (const [index, id] of queue.entries()) {
    if (!removed.has(id)) continue;
    const before = queue[index - 1] ?? null;
    const last = blocks.at(-1);
    if (last && before !== null && last.ids.at(-1) === before) last.ids.push(id);
    else blocks.push({ ids: [id], index, previous: before, next: null });
    const block = blocks.at(-1);
    if (block) block.next = queue[index + 1] ?? null;
  }
  return blocks;
}

/** The position of the block in the queue as it is now. Its neighbours may have moved, started or been removed. */
export function placeOf({ index, previous, next }: RemovedBlock, queue: readonly string[]): number {
  if (next !== null && queue.includes(next)) return queue.indexOf(next);
  if (previous !== null && queue.includes(previous)) return queue.indexOf(previous) + 1;
  return Math.min(index, queue.length);
}
