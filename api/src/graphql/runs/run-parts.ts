/** The parts of a run: statements, traces, prompts, output, events. */
import type {
  Breakpoint,
  FailureView,
  Finding,
  Frame,
  PromptView,
  StatementView,
  StopView,
  TelescopeView,
  TraceView,
  Variable,
} from '@sequencer/model';
import type { StoredEvent } from '../../store/event-store.ts';
import {
  DateTime,
  OutputStreamEnum,
  StatementStateEnum,
  StopLevelEnum,
  TraceKindEnum,
  TraceStateEnum,
  builder,
} from '../core/builder.ts';

export const StatementType = builder.objectRef<StatementView>('Statement').implement({
  description: 'A top-level statement of the script.',
  fields: (t) => ({
    index: t.exposeInt('index'),
    firstLine: t.exposeInt('firstLine'),
    lastLine: t.exposeInt('lastLine'),
    state: t.expose('state', { type: StatementStateEnum }),
    startedAt: t.expose('startedAt', { type: DateTime, nullable: true }),
    finishedAt: t.expose('finishedAt', { type: DateTime, nullable: true }),
    attempts: t.exposeInt('attempts'),
    version: t.exposeInt('version', { description: 'Of the script that it ran from, or will.' }),
  }),
});

export const VariableType = builder
  .objectRef<Pick<Variable, 'name' | 'type' | 'value' | 'expandable' | 'path'>>('Variable')
  .implement({
    description: 'A name with a bounded text of its value, made so that it never raises.',
    fields: (t) => ({
      name: t.exposeString('name'),
      type: t.exposeString('type'),
      value: t.exposeString('value'),
      expandable: t.exposeBoolean('expandable'),
      path: t.stringList({
        description: 'What `variables` opens it by.',
        resolve: (v) => v.path ?? [v.name],
      }),
    }),
  });

const FrameType = builder.objectRef<Pick<Frame, 'file' | 'line' | 'function' | 'variables'>>('Frame').implement({
  description: 'A call on the stack. The script itself is the file `<script>`.',
  fields: (t) => ({
    file: t.exposeString('file'),
    line: t.exposeInt('line'),
    function: t.exposeString('function'),
    variables: t.expose('variables', { type: [VariableType] }),
  }),
});

const PromptBreakpointType = builder.objectRef<NonNullable<PromptView['breakpoint']>>('PromptBreakpoint').implement({
  description: 'The breakpoint that stopped a trace.',
  fields: (t) => ({
    file: t.exposeString('file'),
    line: t.exposeInt('line'),
    condition: t.exposeString('condition', { nullable: true }),
    hits: t.exposeInt('hits', { nullable: true }),
    error: t.exposeString('error', { nullable: true, description: 'What its condition raised.' }),
  }),
});

const RaisedType = builder.objectRef<{ type: string; message: string }>('Raised').implement({
  description: 'An exception.',
  fields: (t) => ({ type: t.exposeString('type'), message: t.exposeString('message') }),
});

const PromptType = builder.objectRef<PromptView>('Prompt').implement({
  description: 'A trace that is stopped at a line and waits for a command.',
  fields: (t) => ({
    number: t.exposeInt('number', {
      description: 'Grows. A command for an older prompt is refused with STALE_PROMPT.',
    }),
    event: t.exposeString('event', { description: 'Where in the flow of control: line, call, return or exception.' }),
    reason: t.exposeString('reason', { description: 'start, pause, step, breakpoint or failure' }),
    stack: t.expose('stack', { type: [FrameType], description: 'The innermost call last.' }),
    since: t.expose('since', { type: DateTime }),
    breakpoint: t.expose('breakpoint', { type: PromptBreakpointType, nullable: true }),
    exception: t.expose('exception', {
      type: RaisedType,
      nullable: true,
      description: 'What was raised, for event `exception`.',
    }),
  }),
});

export const TraceType = builder.objectRef<TraceView>('Trace').implement({
  description: 'A flow of control: a thread, or an asyncio task.',
  fields: (t) => ({
    id: t.exposeInt('id'),
    kind: t.expose('kind', { type: TraceKindEnum }),
    name: t.exposeString('name'),
    state: t.expose('state', { type: TraceStateEnum }),
    file: t.exposeString('file', { nullable: true }),
    line: t.exposeInt('line', { nullable: true }),
    function: t.exposeString('function', { nullable: true }),
    since: t.expose('since', { type: DateTime, nullable: true, description: 'When it came to this line.' }),
    sampled: t.exposeBoolean('sampled', { description: 'The code is hot: the line is a sample, 20 times a second.' }),
    prompt: t.expose('prompt', { type: PromptType, nullable: true, description: 'There while it is paused.' }),
    frozenTasks: t.exposeInt('frozenTasks', {
      description: 'While it waits in a step: how many other tasks of its loop wait for that.',
    }),
  }),
});

export const FailureType = builder.objectRef<FailureView>('Failure').implement({
  description: 'The exception that ended the script: its first cause, not the last link of the chain.',
  fields: (t) => ({
    type: t.exposeString('exception'),
    message: t.exposeString('message'),
    traceback: t.exposeString('traceback'),
    line: t.exposeInt('line', { nullable: true }),
    statement: t.exposeInt('statement', { nullable: true }),
    awaitingDecision: t.exposeBoolean('awaitingDecision'),
    then: t.exposeStringList('then', { description: 'The exceptions that followed from it, in order, a line each.' }),
  }),
});

export const PositionType = builder
  .objectRef<{ statement: number; line: number | null; since: string | null }>('Position')
  .implement({
    description: 'Where the main thread is.',
    fields: (t) => ({
      statement: t.exposeInt('statement'),
      line: t.exposeInt('line', { nullable: true }),
      since: t.expose('since', { type: DateTime, nullable: true }),
    }),
  });

const StopReactionType = builder.objectRef<NonNullable<StopView['reaction']>>('StopReaction').implement({
  description: 'How a script takes a stop while it still runs.',
  fields: (t) => ({
    seconds: t.exposeInt('seconds', { description: 'Since the rung was sent.' }),
    reaction: t.exposeString('reaction', {
      description: 'none: it has not moved; ignored: it has switched the signal off; running: it goes on; unknown.',
    }),
    text: t.exposeString('text', { description: 'A sentence.' }),
    at: t.expose('at', { type: DateTime }),
  }),
});

const OperationType = builder.objectRef<TelescopeView['agents'][number]>('RunningOperation').implement({
  description: 'An OCS operation that runs.',
  fields: (t) => ({
    agent: t.exposeString('agent'),
    operation: t.exposeString('operation'),
    since: t.expose('since', { type: DateTime, nullable: true }),
  }),
});

export const TelescopeType = builder.objectRef<TelescopeView>('TelescopeStatus').implement({
  description: "What goes on moving, as OCS's registry said after a stop.",
  fields: (t) => ({
    operations: t.expose('agents', { type: [OperationType], description: 'The newest first.' }),
    problem: t.exposeString('problem', { nullable: true, description: 'Why this is not all, or nothing.' }),
    at: t.expose('at', { type: DateTime, description: 'When it was asked for.' }),
  }),
});

export const StopSentType = builder.objectRef<StopView>('StopSent').implement({
  description: 'A rung of the stop ladder that was sent.',
  fields: (t) => ({
    level: t.expose('level', { type: StopLevelEnum }),
    by: t.exposeString('by'),
    at: t.expose('at', { type: DateTime }),
    deadline: t.expose('deadline', {
      type: DateTime,
      nullable: true,
      description: 'Until when this rung usually does its work.',
    }),
    escalate: t.exposeBoolean('escalate', { description: 'The next rung follows by itself at the deadline.' }),
    reaction: t.expose('reaction', { type: StopReactionType, nullable: true }),
  }),
});

type BreakpointPart = Pick<
  Breakpoint,
  | 'file'
  | 'line'
  | 'condition'
  | 'hitCount'
  | 'logMessage'
  | 'enabled'
  | 'requestedLine'
  | 'movedFrom'
  | 'hits'
  | 'problem'
>;

export const BreakpointType = builder.objectRef<BreakpointPart>('Breakpoint').implement({
  description: 'A line to stop at.',
  fields: (t) => ({
    file: t.exposeString('file'),
    line: t.exposeInt('line'),
    condition: t.string({ nullable: true, resolve: (b) => b.condition ?? null }),
    hitCount: t.int({ nullable: true, resolve: (b) => b.hitCount ?? null }),
    logMessage: t.string({ nullable: true, resolve: (b) => b.logMessage ?? null }),
    enabled: t.exposeBoolean('enabled'),
    requestedLine: t.int({
      nullable: true,
      description: 'The line that was asked for, when it has no code and the next that has was taken.',
      resolve: (b) => b.requestedLine ?? null,
    }),
    movedFrom: t.int({
      nullable: true,
      description: 'The line that its statement had before the rest of the script was replaced.',
      resolve: (b) => b.movedFrom ?? null,
    }),
    hits: t.int({ resolve: (b) => b.hits ?? 0 }),
    problem: t.string({
      nullable: true,
      description: 'A sentence: why it cannot stop anything.',
      resolve: (b) => b.problem ?? null,
    }),
  }),
});

export interface OutputPart {
  seq: number;
  stream: 'STDOUT' | 'STDERR';
  text: string;
  trace: number | null;
  line: number | null;
  at: string;
}

export function readOutput({ seq, at, data }: StoredEvent): OutputPart {
  const { stream, text, trace, line } = JSON.parse(data) as Partial<OutputPart>;
  return {
    seq,
    at,
    stream: stream === 'STDERR' ? 'STDERR' : 'STDOUT',
    text: typeof text === 'string' ? text : '',
    trace: trace ?? null,
    line: line ?? null,
  };
}

export const OutputType = builder.objectRef<OutputPart>('Output').implement({
  description: 'A piece of what the script wrote, in order; not necessarily a whole line.',
  fields: (t) => ({
    seq: t.exposeInt('seq'),
    stream: t.expose('stream', { type: OutputStreamEnum }),
    text: t.exposeString('text'),
    trace: t.exposeInt('trace', { nullable: true }),
    line: t.exposeInt('line', { nullable: true, description: 'The line of the script that was running.' }),
    at: t.expose('at', { type: DateTime }),
  }),
});

export const EventType = builder.objectRef<StoredEvent>('Event').implement({
  description: 'A numbered fact about a run. `data` is JSON; its fields depend on the type (docs/protocol.md).',
  fields: (t) => ({
    seq: t.exposeInt('seq'),
    type: t.exposeString('type'),
    at: t.expose('at', { type: DateTime }),
    data: t.exposeString('data'),
  }),
});

export const FindingType = builder
  .objectRef<Pick<Finding, 'severity' | 'line' | 'column' | 'code' | 'message'>>('Finding')
  .implement({
    description: 'What a check says of a script. One of severity `error` keeps it from starting.',
    fields: (t) => ({
      severity: t.exposeString('severity', { description: 'error, warning or info' }),
      line: t.exposeInt('line', { nullable: true }),
      column: t.exposeInt('column', { nullable: true, description: 'From 1, in characters.' }),
      code: t.exposeString('code'),
      message: t.exposeString('message'),
    }),
  });
