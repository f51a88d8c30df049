/** The GraphQL fields for a run's output: pages of it, and the search in all of it. */
import { SequencerError, searchForm } from '@sequencer/model';
import type { Stream } from '@sequencer/model/output';
import { MOST_COUNTED, type OutputMatches } from '../../runs/output-search.ts';
import type { LinePosition } from '../../store/output-blocks.ts';
import type { OutputFilter, OutputPage } from '../../store/output-pages.ts';
import { builder } from '../core/builder.ts';
import { EventType } from './run-parts.ts';
import { AFTER, PAGE_SIZE, RunType, pageSize } from './run.ts';

const NEWEST = 2 ** 31 - 2;
const LONGEST_FIND = 500;
const MOST_MATCHES = 1000;
const POSITION = /^(\d{1,9})\.(\d{1,9})$/;

const OutputKindEnum = builder.enumType('OutputKind', {
  description: 'What wrote a line of output.',
  values: {
    STDOUT: { description: 'Standard output.' },
    STDERR: { description: 'Standard error.' },
    LOG: { description: 'A log point.' },
  } satisfies Record<Stream, { description: string }>,
});

const FilterInput = builder.inputType('OutputFilter', {
  description: 'Selects output. All given fields must match.',
  fields: (t) => ({
    stream: t.field({ type: OutputKindEnum, required: false, description: 'What wrote it.' }),
    trace: t.int({ required: false, description: 'Trace that wrote it.' }),
    firstLine: t.int({ required: false, description: 'Written by this line of the script, or by one after it.' }),
    lastLine: t.int({ required: false, description: 'Written by this line of the script, or by one before it.' }),
    lastSeq: t.int({ required: false, description: 'Up to the event with this sequence number, for a replay.' }),
  }),
});

function readFilter(filter: typeof FilterInput.$inferInput | null | undefined): OutputFilter & { lastSeq: number } {
  const { stream = null, trace = null, firstLine = null, lastLine = null, lastSeq } = filter ?? {};
  return { stream, trace, firstLine, lastLine, lastSeq: Math.min(NEWEST, lastSeq ?? NEWEST) };
}

/** `first` or `last`, exactly one of them. Throws BAD_INPUT. */
function readEdge(
  first: number | null | undefined,
  last: number | null | undefined,
  largest?: number,
): { edge: 'first' | 'last'; count: number } {
  if ((first ?? null) === null) {
    if ((last ?? null) === null) throw new SequencerError('BAD_INPUT', 'Give first or last.');
    return { edge: 'last', count: pageSize('last', last ?? 0, largest) };
  }
  if ((last ?? null) !== null) throw new SequencerError('BAD_INPUT', 'Give first or last, not both.');
  return { edge: 'first', count: pageSize('first', first ?? 0, largest) };
}

function readPosition(name: string, text: string | null | undefined): LinePosition | null {
  if (text === null || text === undefined) return null;
  const [, seq, ordinal] = POSITION.exec(text) ?? [];
  if (seq === undefined) throw new SequencerError('BAD_INPUT', `${name}: not a position. Use one of an answer.`);
  return { seq: Number(seq), ordinal: Number(ordinal) };
}

/** The text in the form in which lines are searched. Throws BAD_INPUT. */
function readFind(text: string): string {
  const find = searchForm(text);
  if (find !== '' && text.length <= LONGEST_FIND && !/[\n\0]/.test(find)) return find;
  throw new SequencerError('BAD_INPUT', `find: must be one line of 1 to ${String(LONGEST_FIND)} characters.`);
}

const PageType = builder.objectRef<OutputPage>('OutputPage').implement({
  description: 'A page of output.',
  fields: (t) => ({
    events: t.expose('events', {
      type: [EventType],
      description: 'Events of type `output` and `logged`, oldest first.',
    }),
    hasMore: t.exposeBoolean('hasMore', {
      description: 'Whether there is more output on the other side of the page.',
    }),
  }),
});

const MatchType = builder.objectRef<LinePosition>('OutputMatch').implement({
  description: 'A line of output that matches a search.',
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: 'Sequence number of the event that started the line.' }),
    ordinal: t.exposeInt('ordinal', { description: 'Number of lines that this event started before.' }),
    position: t.string({
      description: 'Position of the line, to pass as `after` or `before`.',
      resolve: ({ seq, ordinal }) => `${String(seq)}.${String(ordinal)}`,
    }),
  }),
});

const MatchesType = builder.objectRef<OutputMatches>('OutputMatches').implement({
  description: 'Result of a search in the output of a run.',
  fields: (t) => ({
    total: t.exposeInt('total', {
      description: `Number of matching lines in the whole output, counted up to ${String(MOST_COUNTED)}.`,
    }),
    hasMore: t.exposeBoolean('hasMore', { description: 'Whether more lines match than were counted.' }),
    isComplete: t.exposeBoolean('isComplete', {
      description:
        'Whether the whole output was searched. The first search in a long output takes several requests: repeat it until this is true.',
    }),
    number: t.exposeInt('number', {
      nullable: true,
      description: 'Number of the first match of this page among all, from 1. Null if it was not counted.',
    }),
    matches: t.field({ type: [MatchType], description: 'Page of matches, oldest first.', resolve: ({ page }) => page }),
  }),
});

builder.objectFields(RunType, (t) => ({
  outputEvents: t.field({
    type: PageType,
    description:
      'Output and messages of log points between two events. Give `first` or `last`. A page may be shorter, because its size is limited.',
    args: {
      after: t.arg.int({ required: false, defaultValue: 0, description: AFTER }),
      before: t.arg.int({ required: false, description: 'Sequence number before which to read.' }),
      first: t.arg.int({ required: false, description: `The oldest of them. ${PAGE_SIZE}` }),
      last: t.arg.int({ required: false, description: `The newest of them. ${PAGE_SIZE}` }),
      filter: t.arg({ type: FilterInput, required: false, description: 'Only this output; all if null.' }),
    },
    resolve: (run, { after, before, first, last, filter }) => {
      const { lastSeq, ...rest } = readFilter(filter);
      const { edge, count } = readEdge(first, last);
      const range = { after: after ?? 0, before: Math.min(before ?? NEWEST + 1, lastSeq + 1), edge };
      return run.outputPage(range, rest, count);
    },
  }),
  outputMatches: t.field({
    type: MatchesType,
    description: `Lines of the whole output, as a terminal shows them, that contain a text: without escape sequences and overwritten text, up to 65,536 columns of each line. Upper and lower case are the same. Give \`first\` or \`last\`.`,
    args: {
      find: t.arg.string({ description: `Literal text, at most ${String(LONGEST_FIND)} characters.` }),
      filter: t.arg({ type: FilterInput, required: false, description: 'Only these lines; all if null.' }),
      after: t.arg.string({ required: false, description: 'Position after which to list matches, as `12.0`.' }),
      before: t.arg.string({ required: false, description: 'Position before which to list matches, as `12.0`.' }),
      first: t.arg.int({ required: false, description: 'The first matches after `after`: 1000 at most.' }),
      last: t.arg.int({ required: false, description: 'The last matches before `before`: 1000 at most.' }),
    },
    resolve: (run, { find, filter, after, before, first, last }) => {
      const { lastSeq, ...rest } = readFilter(filter);
      const { edge, count } = readEdge(first, last, MOST_MATCHES);
      const from = edge === 'first' ? readPosition('after', after) : readPosition('before', before);
      return run.outputMatches({ words: readFind(find), filter: rest, lastSeq, edge, from, count });
    },
  }),
}));
