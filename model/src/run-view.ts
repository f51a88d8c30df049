/**
 * What a run looks like after its events: a fold, used by the API for its answers and by the UI for live updates and
 * replay. Pure: the same events give the same view wherever they are folded.
 */
import type { Breakpoint, Frame, RunEvent, RunEventOf, StatementState, StopLevel } from './events.ts';
import type { Outcome, Phase } from './phases.ts';

export interface StatementView {
  index: number;
  firstLine: number;
  lastLine: number;
  state: StatementState;
  startedAt: string | null;
  finishedAt: string | null;
  attempts: number;
}

export interface PromptView {
  number: number;
  event: string;
  reason: string;
  stack: Frame[];
  since: string;
}

export interface TraceView {
  id: number;
  kind: 'THREAD' | 'TASK';
  name: string;
  state: 'RUNNING' | 'PAUSED' | 'ENDED';
  thread: number | null;
  file: string | null;
  line: number | null;
  function: string | null;
  /** When the trace came to this line. */
  since: string | null;
  sampled: boolean;
  prompt: PromptView | null;
}

export interface FailureView {
  exception: string;
  message: string;
  traceback: string;
  line: number | null;
  statement: number | null;
  then: string[];
  awaitingDecision: boolean;
}

export interface StopView {
  level: StopLevel;
  by: string;
  at: string;
}

export interface RunView {
  lastSeq: number;
  startedAt: string | null;
  finishedAt: string | null;
  statements: StatementView[];
  /** The statement that runs or ran last. */
  statement: number | null;
  traces: TraceView[];
  breakpoints: Breakpoint[];
  pause: { state: 'pending' | 'paused' | 'none'; waitingFor: { trace: number; line: number | null }[] };
  /** The rungs of the stop ladder that were sent, in order. */
  stops: StopView[];
  failure: FailureView | null;
  outcome: Outcome | null;
  exitCode: number | null;
  endReason: string | null;
  /** Facts about where it runs: python, hostname, packages. */
  ranWith: { python: string; hostname: string; pid: number; packages: Record<string, string> } | null;
  droppedBytes: number;
}

/** Ended traces that a view keeps; a run may have had millions. */
const KEPT_ENDED_TRACES = 50;

export function emptyView(): RunView {
  return {
    lastSeq: 0,
    startedAt: null,
    finishedAt: null,
    statements: [],
    statement: null,
    traces: [],
    breakpoints: [],
    pause: { state: 'none', waitingFor: [] },
    stops: [],
    failure: null,
    outcome: null,
    exitCode: null,
    endReason: null,
    ranWith: null,
    droppedBytes: 0,
  };
}

/** Changes the view in place to what it is after the event. An event that the view has already seen changes nothing. */
export function applyEvent(view: RunView, event: RunEvent): void {
  if (event.seq <= view.lastSeq) return;
  view.lastSeq = event.seq;
  switch (event.type) {
    case 'started':
      onStarted(view, event);
      break;
    case 'statement':
      onStatement(view, event);
      break;
    case 'traceStarted':
      view.traces.push({
        id: event.trace,
        kind: event.kind,
        name: event.name,
        state: 'RUNNING',
        thread: event.thread ?? null,
        file: null,
        line: null,
        function: null,
        since: null,
        sampled: false,
        prompt: null,
      });
      break;
    case 'traceEnded':
      onTraceEnded(view, event);
      break;
    case 'line':
      onLine(view, event);
      break;
    case 'prompt':
      onPrompt(view, event);
      break;
    case 'resumed': {
      const trace = findTrace(view, event.trace);
      if (trace?.prompt?.number === event.number) {
        trace.prompt = null;
        trace.state = 'RUNNING';
        trace.since = event.at;
      }
      break;
    }
    case 'pause':
      view.pause = {
        state: event.state,
        waitingFor: event.waitingFor.map((w) => ({ trace: w.trace, line: w.line ?? null })),
      };
      break;
    case 'stopping':
      if (event.level === null) view.stops = view.stops.filter((stop) => stop.level !== 'REQUEST');
      else view.stops.push({ level: event.level, by: event.by, at: event.at });
      break;
    case 'breakpoints':
      view.breakpoints = event.breakpoints;
      break;
    case 'failure':
      view.failure = {
        exception: event.exception,
        message: event.message,
        traceback: event.traceback,
        line: event.line ?? null,
        statement: event.statement ?? null,
        then: event.then,
        awaitingDecision: event.awaitingDecision,
      };
      break;
    case 'outputDropped':
      view.droppedBytes += event.bytes;
      break;
    case 'ended':
      onEnded(view, event);
      break;
    case 'output':
    case 'action':
      break;
  }
}

/** An event of a type that this version does not know still counts. */
export function skipEvent(view: RunView, seq: number): void {
  if (seq > view.lastSeq) view.lastSeq = seq;
}

function findTrace(view: RunView, id: number): TraceView | undefined {
  // The newest are at the end, and are the ones that move.
  return view.traces.findLast((trace) => trace.id === id);
}

function onStarted(view: RunView, event: RunEventOf<'started'>): void {
  view.startedAt = event.at;
  view.statements = event.statements.map(({ index, firstLine, lastLine }) => ({
    index,
    firstLine,
    lastLine,
    state: 'PENDING',
    startedAt: null,
    finishedAt: null,
    attempts: 0,
  }));
  view.ranWith = { python: event.python, hostname: event.hostname, pid: event.pid, packages: event.packages };
}

function onStatement(view: RunView, event: RunEventOf<'statement'>): void {
  const statement = view.statements[event.index];
  if (!statement) return;
  statement.state = event.state;
  statement.attempts = event.attempt;
  if (event.state === 'RUNNING') {
    statement.startedAt = event.at;
    statement.finishedAt = null;
    view.statement = event.index;
  } else if (event.state !== 'PENDING') {
    statement.finishedAt = event.at;
  }
}

function onTraceEnded(view: RunView, event: RunEventOf<'traceEnded'>): void {
  const trace = findTrace(view, event.trace);
  if (!trace) return;
  trace.state = 'ENDED';
  trace.prompt = null;
  const ended = view.traces.filter((t) => t.state === 'ENDED');
  if (ended.length > KEPT_ENDED_TRACES) {
    const drop = ended[0];
    view.traces = view.traces.filter((t) => t !== drop);
  }
}

function onLine(view: RunView, event: RunEventOf<'line'>): void {
  const trace = findTrace(view, event.trace);
  if (!trace) return;
  trace.file = event.file;
  trace.line = event.line;
  trace.function = event.function;
  trace.since = event.at;
  trace.sampled = event.sampled ?? false;
}

function onPrompt(view: RunView, event: RunEventOf<'prompt'>): void {
  const trace = findTrace(view, event.trace);
  if (!trace) return;
  const frame = event.stack.at(-1);
  trace.state = 'PAUSED';
  trace.prompt = {
    number: event.number,
    event: event.event,
    reason: event.reason,
    stack: event.stack,
    since: event.at,
  };
  if (frame) {
    trace.file = frame.file;
    trace.line = frame.line;
    trace.function = frame.function;
    trace.since = event.at;
    trace.sampled = false;
  }
}

function onEnded(view: RunView, event: RunEventOf<'ended'>): void {
  view.finishedAt = event.at;
  view.outcome = event.outcome;
  view.exitCode = event.exitCode;
  view.endReason = event.reason;
  view.pause = { state: 'none', waitingFor: [] };
  for (const trace of view.traces) {
    trace.state = 'ENDED';
    trace.prompt = null;
  }
  for (const statement of view.statements) {
    // What ran when the process went away did not finish.
    if (statement.state === 'RUNNING') {
      statement.state = 'FAILED';
      statement.finishedAt = event.at;
    }
  }
}

/** The phase of a run that has started, from its events alone. */
export function phaseOf(view: RunView): Phase {
  if (view.outcome) return view.outcome;
  if (view.startedAt === null) return 'STARTING';
  if (view.stops.length > 0) return 'STOPPING';
  return view.pause.state === 'paused' ? 'PAUSED' : 'RUNNING';
}

const STOP_REASONS: Record<StopLevel, string> = {
  REQUEST: 'Stopping after this statement',
  INTERRUPT: 'Stopping: interrupted',
  TERMINATE: 'Stopping: told to terminate',
  KILL: 'Stopping: killed',
};

/** One sentence for people: why the run is in this phase. Null when there is nothing to add to the phase. */
export function reasonOf(view: RunView): string | null {
  if (view.outcome) return view.endReason;
  const stop = view.stops.at(-1);
  if (stop) return `${STOP_REASONS[stop.level]} by ${stop.by}.`;
  if (view.pause.state === 'pending') {
    const lines = view.pause.waitingFor.flatMap((w) => (w.line === null ? [] : [String(w.line)]));
    if (lines.length === 0) return 'Pausing: waits for the next line.';
    return `Pausing: waits for line ${[...new Set(lines)].join(', ')} to return.`;
  }
  if (view.pause.state === 'paused') {
    const prompts = view.traces.flatMap((t) => (t.prompt ? [t.prompt] : []));
    const reason = prompts.toSorted((a, b) => a.number - b.number).at(-1)?.reason;
    if (reason === 'breakpoint') return 'Paused at a breakpoint.';
    if (reason === 'failure') return 'Held on a failure.';
    if (reason === 'start') return 'Paused before the first line, as asked.';
    if (reason === 'step') return 'Paused after a step.';
    return 'Paused on request.';
  }
  return null;
}
