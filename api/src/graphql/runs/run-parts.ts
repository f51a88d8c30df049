/** The GraphQL types of the parts of a run: statements, traces, prompts, output, events. */
import {
  statementMs,
  type Breakpoint,
  type FailureView,
  type Finding,
  type Frame,
  type PromptView,
  type StatementView,
  type StopView,
  type TelescopeView,
  type TraceView,
  type Variable,
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
    index: t.exposeInt('index', { description: 'Position in the script, from 0.' }),
    firstLine: t.exposeInt('firstLine', { description: 'First line, from 1. Decorators are included.' }),
    lastLine: t.exposeInt('lastLine', { description: 'Last line, inclusive.' }),
    state: t.expose('state', { type: StatementStateEnum }),
    startedAt: t.expose('startedAt', {
      type: DateTime,
      nullable: true,
      description:
        'When the first line of the newest attempt ran. Null before, also while the script is stopped before it.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: DateTime,
      nullable: true,
      description: 'End of the newest attempt. Null while it runs, and before the first.',
    }),
    seconds: t.float({
      nullable: true,
      description:
        'How long the newest attempt has run, without the time in which it was paused. Null before its start.',
      resolve: (statement) => {
        const ms = statementMs(statement, Date.now());
        return ms === null ? null : ms / 1000;
      },
    }),
    attempts: t.exposeInt('attempts', { description: 'Number of attempts so far: more than 1 after a retry.' }),
    version: t.exposeInt('version', { description: 'Script version that this statement ran, or will run, from.' }),
  }),
});

export const VariableType = builder
  .objectRef<Pick<Variable, 'name' | 'type' | 'value' | 'expandable' | 'path'>>('Variable')
  .implement({
    description: 'A variable, or an item inside a value.',
    fields: (t) => ({
      name: t.exposeString('name'),
      type: t.exposeString('type', { description: 'Name of the Python type.' }),
      value: t.exposeString('value', { description: 'Bounded repr of the value. It never raises.' }),
      expandable: t.exposeBoolean('expandable', { description: 'Whether `variables` can list its items.' }),
      path: t.stringList({
        description: 'Path to pass to `variables` to list its items.',
        resolve: (v) => v.path ?? [v.name],
      }),
    }),
  });

const FrameType = builder.objectRef<Pick<Frame, 'file' | 'line' | 'function' | 'variables'>>('Frame').implement({
  description: 'A frame of the call stack.',
  fields: (t) => ({
    file: t.exposeString('file', { description: 'Path of the file; `<script>` for the script itself.' }),
    line: t.exposeInt('line', { description: 'Current line, from 1.' }),
    function: t.exposeString('function', { description: 'Name of the function; `<module>` at the top level.' }),
    variables: t.expose('variables', { type: [VariableType], description: 'Local variables, bounded in number.' }),
  }),
});

const PromptBreakpointType = builder.objectRef<NonNullable<PromptView['breakpoint']>>('PromptBreakpoint').implement({
  description: 'The breakpoint that stopped a trace.',
  fields: (t) => ({
    file: t.exposeString('file', { description: 'Path of the file; `<script>` for the script itself.' }),
    line: t.exposeInt('line'),
    condition: t.exposeString('condition', { nullable: true, description: 'Null for an unconditional breakpoint.' }),
    hits: t.exposeInt('hits', {
      nullable: true,
      description: 'Number of hits, this one included. Null if not counted.',
    }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Exception that the condition raised. Null if it raised none.',
    }),
  }),
});

const RaisedType = builder.objectRef<{ type: string; message: string }>('Raised').implement({
  description: 'An exception.',
  fields: (t) => ({
    type: t.exposeString('type', { description: 'Name of its class.' }),
    message: t.exposeString('message'),
  }),
});

const PromptType = builder.objectRef<PromptView>('Prompt').implement({
  description: 'A stopped trace that accepts a command.',
  fields: (t) => ({
    number: t.exposeInt('number', {
      description: 'Increases with each prompt of the run. Commands for an older prompt fail with STALE_PROMPT.',
    }),
    event: t.exposeString('event', {
      description: 'Trace event at which it stopped: line, call, return or exception.',
    }),
    reason: t.exposeString('reason', { description: 'Why it stopped: start, pause, step, breakpoint or failure.' }),
    stack: t.expose('stack', { type: [FrameType], description: 'Call stack, the innermost frame last.' }),
    since: t.expose('since', { type: DateTime, description: 'When the trace stopped.' }),
    breakpoint: t.expose('breakpoint', {
      type: PromptBreakpointType,
      nullable: true,
      description: 'The breakpoint that stopped it. Null for any other reason.',
    }),
    exception: t.expose('exception', {
      type: RaisedType,
      nullable: true,
      description: 'The exception that was raised. Null unless `event` is `exception`.',
    }),
  }),
});

export const TraceType = builder.objectRef<TraceView>('Trace').implement({
  description: 'A thread or an asyncio task of the script.',
  fields: (t) => ({
    id: t.exposeInt('id', { description: 'Number within the run. The main thread is 1.' }),
    kind: t.expose('kind', { type: TraceKindEnum }),
    name: t.exposeString('name', { description: 'Name of the thread or task.' }),
    state: t.expose('state', { type: TraceStateEnum }),
    file: t.exposeString('file', {
      nullable: true,
      description: 'Current file; `<script>` for the script itself. Null before the first line.',
    }),
    line: t.exposeInt('line', { nullable: true, description: 'Current line, from 1. Null before the first line.' }),
    function: t.exposeString('function', {
      nullable: true,
      description: 'Current function. Null before the first line.',
    }),
    since: t.expose('since', {
      type: DateTime,
      nullable: true,
      description: 'When it reached this line. Null before the first line.',
    }),
    sampled: t.exposeBoolean('sampled', {
      description:
        'Whether lines before this one may be missing, because code of the run is hot and its lines are sampled.',
    }),
    prompt: t.expose('prompt', { type: PromptType, nullable: true, description: 'Set while the trace is paused.' }),
    frozenTasks: t.exposeInt('frozenTasks', {
      description: 'Number of other tasks of its loop that are frozen until its step completes.',
    }),
  }),
});

export const FailureType = builder.objectRef<FailureView>('Failure').implement({
  description: 'The exception that failed a statement: the root cause of a chain, not its last link.',
  fields: (t) => ({
    type: t.exposeString('exception', { description: 'Name of the exception class.' }),
    message: t.exposeString('message'),
    traceback: t.exposeString('traceback', { description: 'Python traceback of the whole chain.' }),
    line: t.exposeInt('line', {
      nullable: true,
      description: 'Line of the script nearest to the origin of the exception. Null if no frame is in the script.',
    }),
    statement: t.exposeInt('statement', {
      nullable: true,
      description: 'Index of the failed statement, from 0. Null if no statement was running.',
    }),
    awaitingDecision: t.exposeBoolean('awaitingDecision', {
      description: 'Whether the run is held and `decideFailure` has to follow.',
    }),
    then: t.exposeStringList('then', {
      description: 'Exceptions that followed from this one, in order, one line each.',
    }),
  }),
});

export const PositionType = builder
  .objectRef<{ statement: number; line: number | null; since: string | null }>('Position')
  .implement({
    description: 'Position of the main thread in the script.',
    fields: (t) => ({
      statement: t.exposeInt('statement', { description: 'Index of the statement, from 0.' }),
      line: t.exposeInt('line', { nullable: true, description: 'Line of the script, from 1. Null if not known.' }),
      since: t.expose('since', {
        type: DateTime,
        nullable: true,
        description: 'When it reached this line. Null if not known.',
      }),
    }),
  });

const StopReactionType = builder.objectRef<NonNullable<StopView['reaction']>>('StopReaction').implement({
  description: 'How the script reacts to a stop while it is still running.',
  fields: (t) => ({
    seconds: t.exposeInt('seconds', { description: 'Seconds since the stop was sent.' }),
    reaction: t.exposeString('reaction', {
      description:
        '`none`: no progress since the stop; `ignored`: the script disabled the signal; `running`: it is still running code; `unknown`.',
    }),
    text: t.exposeString('text', { description: 'The reaction as a sentence.' }),
    at: t.expose('at', { type: DateTime, description: 'When the reaction was observed.' }),
  }),
});

const OperationType = builder.objectRef<TelescopeView['agents'][number]>('RunningOperation').implement({
  description: 'A running OCS operation.',
  fields: (t) => ({
    agent: t.exposeString('agent', { description: 'Instance id of the OCS agent.' }),
    operation: t.exposeString('operation', { description: 'Name of the task or process.' }),
    since: t.expose('since', { type: DateTime, nullable: true, description: 'When it started. Null if not known.' }),
  }),
});

export const TelescopeType = builder.objectRef<TelescopeView>('TelescopeStatus').implement({
  description: 'OCS operations that were running, from the OCS registry.',
  fields: (t) => ({
    operations: t.expose('agents', { type: [OperationType], description: 'Running operations, newest first.' }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: 'Why the list is incomplete or empty. Null if it is complete.',
    }),
    at: t.expose('at', { type: DateTime, description: 'When the registry was read.' }),
  }),
});

export const StopSentType = builder.objectRef<StopView>('StopSent').implement({
  description: 'A rung of the stop ladder that was sent to the script.',
  fields: (t) => ({
    level: t.expose('level', { type: StopLevelEnum }),
    by: t.exposeString('by', { description: 'User who sent it.' }),
    at: t.expose('at', { type: DateTime, description: 'When the runner received it and sent it to the script.' }),
    requestedAt: t.expose('requestedAt', {
      type: DateTime,
      nullable: true,
      description: 'When the API received the request, by its clock. Null for a stop of the system.',
    }),
    deadline: t.expose('deadline', {
      type: DateTime,
      nullable: true,
      description: 'When this rung should have taken effect. Null for a rung without a deadline.',
    }),
    escalate: t.exposeBoolean('escalate', {
      description: 'Whether the next rung is sent automatically at the deadline.',
    }),
    reaction: t.expose('reaction', {
      type: StopReactionType,
      nullable: true,
      description: 'Null until the first reaction is observed.',
    }),
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
  description: 'A breakpoint or a log point.',
  fields: (t) => ({
    file: t.exposeString('file', { description: 'Path of the file; `<script>` for the script itself.' }),
    line: t.exposeInt('line', { description: 'Line at which it stops, from 1.' }),
    condition: t.string({
      nullable: true,
      description: 'Python expression that has to be true. Null for an unconditional breakpoint.',
      resolve: (b) => b.condition ?? null,
    }),
    hitCount: t.int({
      nullable: true,
      description: 'Stops only at this hit, counted from 1. Null to stop at each.',
      resolve: (b) => b.hitCount ?? null,
    }),
    logMessage: t.string({
      nullable: true,
      description: 'Text that a log point records instead of stopping. Null for a breakpoint.',
      resolve: (b) => b.logMessage ?? null,
    }),
    enabled: t.exposeBoolean('enabled'),
    requestedLine: t.int({
      nullable: true,
      description:
        'Line in the request, if it has no code and the breakpoint moved to the next line that has. Else null.',
      resolve: (b) => b.requestedLine ?? null,
    }),
    movedFrom: t.int({
      nullable: true,
      description: 'Line of the same statement before the script was replaced. Null if it did not move.',
      resolve: (b) => b.movedFrom ?? null,
    }),
    hits: t.int({ description: 'Number of hits so far.', resolve: (b) => b.hits ?? 0 }),
    problem: t.string({
      nullable: true,
      description: 'Why it cannot stop anything, as a sentence. Null if it can.',
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
  description: 'A piece of the output of the script, not necessarily a whole line.',
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: 'Sequence number of its event.' }),
    stream: t.expose('stream', { type: OutputStreamEnum }),
    text: t.exposeString('text'),
    trace: t.exposeInt('trace', { nullable: true, description: 'Trace that wrote it. Null if not known.' }),
    line: t.exposeInt('line', {
      nullable: true,
      description: 'Line of the script that was running. Null if not known.',
    }),
    at: t.expose('at', { type: DateTime, description: 'When it was written.' }),
  }),
});

export const EventType = builder.objectRef<StoredEvent>('Event').implement({
  description: 'An entry of the record of a run.',
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: 'Sequence number within the run: from 1, without gaps.' }),
    type: t.exposeString('type', { description: 'Type of the event, as in docs/protocol.md.' }),
    at: t.expose('at', { type: DateTime, description: "Time of the event, by the runner's clock." }),
    data: t.exposeString('data', { description: 'JSON object. Its fields depend on the type (docs/protocol.md).' }),
  }),
});

export const FindingType = builder
  .objectRef<Pick<Finding, 'severity' | 'line' | 'column' | 'code' | 'message'>>('Finding')
  .implement({
    description: 'A finding of a script check. A script with a finding of severity `error` cannot start.',
    fields: (t) => ({
      severity: t.exposeString('severity', { description: 'error, warning or info' }),
      line: t.exposeInt('line', { nullable: true, description: 'From 1. Null if it is about the whole script.' }),
      column: t.exposeInt('column', { nullable: true, description: 'From 1, in characters. Null if not known.' }),
      code: t.exposeString('code', { description: 'Stable code of the finding.' }),
      message: t.exposeString('message', { description: 'What is wrong, and what to do.' }),
    }),
  });
