/** Finds text in the whole output, on the server: the number of matching lines, and the way from one to the next. */
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue';
import { query, useApi } from '../../api/client.ts';
import { graphql } from '../../gql/index.ts';
import type { OutputFilter, OutputMatchesQuery } from '../../gql/graphql.ts';
import type { LinePosition } from './use-output.ts';

const OUTPUT_MATCHES = graphql(/* GraphQL */ `
  query OutputMatches(
    $id: ID!
    $find: String!
    $filter: OutputFilter
    $after: String
    $before: String
    $first: Int
    $last: Int
  ) {
    run(id: $id) {
      outputMatches(find: $find, filter: $filter, after: $after, before: $before, first: $first, last: $last) {
        total
        hasMore
        isComplete
        number
        matches {
          seq
          ordinal
        }
      }
    }
  }
`);

type Matches = NonNullable<OutputMatchesQuery['run']>['outputMatches'];
type Page = { after?: string; first: 1 } | { before?: string; last: 1 };

export interface Find {
  text: Ref<string>;
  /** The match that is marked. */
  current: Readonly<Ref<LinePosition | null>>;
  /** `3 of 1,204`; empty without a text. */
  label: ComputedRef<string>;
  error: Readonly<Ref<string | null>>;
  next: () => Promise<void>;
  previous: () => Promise<void>;
}

const TYPING_MS = 200;
/** The count of a live run is updated this often. */
const COUNT_MS = 1000;

interface Options {
  id: string;
  filter: () => OutputFilter | null;
  /** Grows with the record. */
  lastSeq: () => number;
  /** The last line in sight. */
  bottom: () => LinePosition | null;
  show: (position: LinePosition) => Promise<void>;
}

export function useFind({ id, filter, lastSeq, bottom, show }: Options): Find {
  const api = useApi();
  const text = ref('');
  const current = shallowRef<LinePosition | null>(null);
  const found = shallowRef<Matches | null>(null);
  const error = ref<string | null>(null);
  let newest = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Null if another search was started meanwhile. */
  async function search(page: Page, own: number): Promise<Matches | null> {
    for (;;) {
      const { run } = await query(api, OUTPUT_MATCHES, { id, find: text.value, filter: filter(), ...page });
      if (own !== newest || !run) return null;
      found.value = run.outputMatches;
      if (run.outputMatches.isComplete) return run.outputMatches;
    }
  }

  /** Shows the match of the first page that has one. */
  async function showFirst(pages: readonly Page[]): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const own = ++newest;
    if (text.value === '') return;
    error.value = null;
    try {
      for (const page of pages) {
        const matches = await search(page, own);
        const [match] = matches?.matches ?? [];
        if (match) {
          current.value = match;
          await show(match);
        }
        if (!matches || match || matches.total === 0) return;
      }
    } catch (reason) {
      if (own === newest) error.value = reason instanceof Error ? reason.message : String(reason);
    }
  }

  /** Each press starts from the match of the press before. */
  let turn = Promise.resolve();
  const step = (pages: (from: LinePosition | null) => Page[]) =>
    (turn = turn.then(() => showFirst(pages(current.value))));
  const next = () => step((from) => [...(from ? [{ after: at(from), first: 1 } as const] : []), { first: 1 }]);
  const previous = () => step((from) => [...(from ? [{ before: at(from), last: 1 } as const] : []), { last: 1 }]);

  watch([text, () => JSON.stringify({ ...filter(), lastSeq: null })], () => {
    newest += 1;
    found.value = null;
    current.value = null;
    error.value = null;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const end = bottom();
      void showFirst([{ ...(end ? { before: after(end) } : {}), last: 1 }, { first: 1 }]);
    }, TYPING_MS);
  });
  watch(lastSeq, () => {
    if (found.value) timer ??= setTimeout(() => void count(), COUNT_MS);
  });

  /** Counts again, and leaves the marked match as it is. */
  async function count(): Promise<void> {
    const own = newest;
    try {
      const match = current.value;
      const matches = await search(match ? { before: after(match), last: 1 } : { last: 1 }, own);
      // The first match of a text that had none.
      if (matches && !match) found.value = { ...matches, number: null };
    } catch {
      // The banner reports that the server is unreachable.
    } finally {
      timer = undefined;
    }
  }
  onScopeDispose(() => {
    newest += 1;
    clearTimeout(timer);
  });

  const label = computed(() => {
    if (text.value === '') return '';
    if (!found.value?.isComplete) return 'Searching …';
    const { total, hasMore, number } = found.value;
    if (total === 0) return 'No line matches';
    const all = `${total.toLocaleString('en')}${hasMore ? '+' : ''}`;
    if (number === null) return total === 1 ? '1 line' : `${all} lines`;
    return `${number.toLocaleString('en')} of ${all}`;
  });
  return { text, current, label, error, next, previous };
}

function at({ seq, ordinal }: LinePosition): string {
  return `${String(seq)}.${String(ordinal)}`;
}

/** The position before which the line itself is the last one. */
function after({ seq, ordinal }: LinePosition): string {
  return at({ seq, ordinal: ordinal + 1 });
}
