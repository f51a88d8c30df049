/** Finds lines in the whole output of a run, as a terminal shows them. */
import type { Db } from '../store/database.ts';
import {
  blockOf,
  findBackward,
  findForward,
  isBefore,
  matches,
  type IndexedLine,
  type LinePosition,
  type LineQuery,
} from '../store/output-blocks.ts';
import type { OutputFilter } from '../store/output-pages.ts';
import { updateIndex, type IndexedRun } from './output-index.ts';

/** Matches are counted up to this number. */
export const MOST_COUNTED = 10_000;
/** The time that one request may spend on the index, in ms. */
const INDEX_MS = 2000;
const START: LinePosition = { seq: 0, ordinal: 0 };

export interface OutputQuery {
  /** In search form. */
  words: string;
  filter: OutputFilter;
  /** Only output up to this event. */
  lastSeq: number;
  /** The first matches after a line, or the last before it. Without `from`: the first or last of all. */
  edge: 'first' | 'last';
  from: LinePosition | null;
  count: number;
}

export interface OutputMatches {
  /** Matching lines, at most MOST_COUNTED. */
  total: number;
  hasMore: boolean;
  isComplete: boolean;
  /** Number of the first match of the page; null if it is not counted. */
  number: number | null;
  page: LinePosition[];
}

export class OutputSearch {
  readonly #db: Db;
  /** One index is updated at a time, so that searches cannot fill the process. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(db: Db) {
    this.#db = db;
  }

  async find(run: IndexedRun, query: OutputQuery): Promise<OutputMatches> {
    const updated = this.#turn.then(() => updateIndex(this.#db, run, performance.now() + INDEX_MS));
    this.#turn = updated.catch(() => undefined);
    const { blocks, tail, isComplete } = await updated;
    const { words, filter, edge, from, count } = query;
    const end = { seq: query.lastSeq + 1, ordinal: 0 };
    const all = { run: run.id, words, filter, after: START, before: end };
    const counted = await this.#first({ ...all, limit: MOST_COUNTED + 1 }, blocks, tail);
    const hasMore = counted.length > MOST_COUNTED;
    const known = counted.slice(0, MOST_COUNTED);

    const isForward = edge === 'first';
    const limits = isForward ? { after: from ?? START, before: end } : { after: START, before: from ?? end };
    const inside = counted.filter((at) => isBefore(limits.after, at) && isBefore(at, limits.before));
    let page = isForward ? inside.slice(0, count) : inside.slice(-count);
    const last = counted.at(-1);
    // Beyond the counted matches, the page is read for itself.
    if (hasMore && last && (isForward ? inside.length < count : isBefore(last, limits.before))) {
      const read = isForward ? this.#first : this.#last;
      page = await read.call(this, { ...all, ...limits, limit: count }, blocks, tail);
    }
    const [first] = page;
    const number = first ? known.findIndex((at) => at.seq === first.seq && at.ordinal === first.ordinal) + 1 : 0;
    return { total: known.length, hasMore, isComplete, number: number === 0 ? null : number, page };
  }

  /** The first matches, in order. */
  async #first(query: LineQuery, blocks: number, tail: readonly IndexedLine[]): Promise<LinePosition[]> {
    const start = await blockOf(this.#db, query.run, query.after, blocks);
    const stored = start < blocks ? await findForward(this.#db, query, start, blocks - 1) : [];
    return [...stored, ...tail.filter((line) => matches(line, query))].slice(0, query.limit);
  }

  /** The last matches, in order. */
  async #last(query: LineQuery, blocks: number, tail: readonly IndexedLine[]): Promise<LinePosition[]> {
    const found: LinePosition[] = tail.filter((line) => matches(line, query)).slice(-query.limit);
    const start = Math.min(await blockOf(this.#db, query.run, query.before, blocks), blocks - 1);
    if (start < 0 || found.length >= query.limit) return found;
    const limit = query.limit - found.length;
    return [...(await findBackward(this.#db, { ...query, limit }, start)), ...found];
  }
}
