/**
 * Folds events into the view of a run, for the answers of the API and for live updates and replay in the page. Pure: the same
 * events give the same view everywhere.
 */
import type { Breakpoint, RunEvent, RunEventOf } from './events.ts';
import { telescopeView, type PromptView, type RunView, type StatementView, type TraceView } from './run-view.ts';
import { NO_TIMES, finishStatement, pauseStatement, resumeStatement } from './statement-time.ts';

/** Bounds on ended traces, answered questions and so on in a view: a run may have millions. */
const KEPT_ENDED_TRACES = 50;
const KEPT_ANSWERED = 20;
const KEPT_PROGRESS = 20;
const KEPT_VERSIONS = 200;

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
    case 'script':
      onScript(view, event);
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
        busyAt: null,
        prompt: null,
        frozenTasks: 0,
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
        markMoving(view, trace);
        resumeStatement(view, event.at);
      }
      break;
    }
    case 'tasksFrozen': {
      const trace = findTrace(view, event.trace);
      if (trace) trace.frozenTasks = event.tasks;
      break;
    }
    case 'pause':
      view.pause = {
        state: event.state,
        waitingFor: event.waitingFor.map((w) => ({ trace: w.trace, line: w.line ?? null })),
        moving: [],
      };
      break;
    case 'stopping':
      if (event.level === null) view.stops = view.stops.filter((stop) => stop.level !== 'REQUEST');
      else {
        const { level, by, at, deadline = null, requestedAt = null, escalate = false } = event;
        view.stops.push({ level, by, at, deadline, requestedAt, escalate, reaction: null });
      }
      break;
    case 'reaction': {
      const stop = view.stops.findLast((s) => s.level === event.level);
      const { seconds, reaction, text, at } = event;
      if (stop) stop.reaction = { seconds, reaction, text, at };
      break;
    }
    case 'telescope':
      view.telescope = telescopeView(event);
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
    case 'decision':
      for (const trace of view.traces) if (trace.prompt?.reason === 'failure') markMoving(view, trace);
      // A run that continues has no failure; the record keeps the event.
      if (event.action !== 'STOP') {
        view.failure = null;
        view.telescope = null;
      } else if (view.failure) view.failure.awaitingDecision = false;
      break;
    case 'ask':
      onAsk(view, event);
      break;
    case 'answered': {
      const ask = view.asks.findLast((a) => a.ask === event.ask);
      if (ask) ask.answered = { answer: event.answer, by: event.by, at: event.at };
      break;
    }
    case 'progress':
      onProgress(view, event);
      break;
    case 'outputDropped':
      view.droppedBytes += event.bytes;
      break;
    case 'ended':
      onEnded(view, event);
      break;
    case 'logged': {
      const { file, line, hits } = event;
      const counts = (b: Breakpoint): boolean => b.file === file && b.line === line && b.logMessage != null;
      if (hits !== undefined) view.breakpoints = view.breakpoints.map((b) => (counts(b) ? { ...b, hits } : b));
      break;
    }
    case 'output':
    case 'action':
    case 'evaluated':
      break;
  }
}

/** Counts an event of an unknown type as seen. */
export function skipEvent(view: RunView, seq: number): void {
  if (seq > view.lastSeq) view.lastSeq = seq;
}

function findTrace(view: RunView, id: number): TraceView | undefined {
  // Searched from the end: the newest traces change most often.
  return view.traces.findLast((trace) => trace.id === id);
}

function markMoving({ pause }: RunView, { id }: TraceView): void {
  if (pause.state === 'paused' && !pause.moving.includes(id)) pause.moving = [...pause.moving, id];
}

function markStopped({ pause }: RunView, { id }: TraceView): void {
  pause.moving = pause.moving.filter((moving) => moving !== id);
}

function onStarted(view: RunView, event: RunEventOf<'started'>): void {
  view.startedAt = event.at;
  view.statements = event.statements.map(pending);
  view.ranWith = { python: event.python, hostname: event.hostname, pid: event.pid, packages: event.packages };
}

function pending({
  index,
  firstLine,
  lastLine,
}: {
  index: number;
  firstLine: number;
  lastLine: number;
}): StatementView {
  return { index, firstLine, lastLine, state: 'PENDING', ...NO_TIMES, attempts: 0, version: 1 };
}

function onStatement(view: RunView, event: RunEventOf<'statement'>): void {
  const statement = view.statements[event.index];
  if (!statement) return;
  statement.state = event.state;
  statement.attempts = event.attempt;
  statement.version = event.version ?? statement.version;
  switch (event.state) {
    case 'RUNNING':
      Object.assign(statement, NO_TIMES, { startedAt: event.at });
      view.statement = event.index;
      break;
    case 'PENDING':
      // It was stopped before its first line, and starts again later or never.
      Object.assign(statement, NO_TIMES);
      break;
    case 'SKIPPED':
      // A failed statement that is skipped ended with its failure, not with the decision.
      statement.finishedAt ??= event.at;
      break;
    default:
      finishStatement(statement, event.at);
  }
}

function onTraceEnded(view: RunView, event: RunEventOf<'traceEnded'>): void {
  const trace = findTrace(view, event.trace);
  if (!trace) return;
  trace.state = 'ENDED';
  trace.prompt = null;
  trace.frozenTasks = 0;
  markStopped(view, trace);
  resumeStatement(view, event.at);
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
  if (event.busy) trace.busyAt = event.at;
}

function onPrompt(view: RunView, event: RunEventOf<'prompt'>): void {
  const trace = findTrace(view, event.trace);
  if (!trace) return;
  const frame = event.stack.at(-1);
  trace.state = 'PAUSED';
  markStopped(view, trace);
  pauseStatement(view, trace, event.at, event.beforeStatement ?? false);
  trace.prompt = {
    number: event.number,
    event: event.event,
    reason: event.reason,
    stack: event.stack,
    since: event.at,
    breakpoint: breakpointOf(event),
    exception: event.exception ? { type: event.exception.type, message: event.exception.message } : null,
  };
  countHits(view, event);
  if (frame) {
    trace.file = frame.file;
    trace.line = frame.line;
    trace.function = frame.function;
    trace.since = event.at;
    trace.sampled = false;
  }
}

function breakpointOf({ breakpoint }: RunEventOf<'prompt'>): PromptView['breakpoint'] {
  if (!breakpoint) return null;
  const { file, line, condition, hits, error } = breakpoint;
  return { file, line, condition: condition ?? null, hits: hits ?? null, error: error ?? null };
}

function countHits(view: RunView, { breakpoint }: RunEventOf<'prompt'>): void {
  if (breakpoint?.hits == null) return;
  const { file, line, hits } = breakpoint;
  view.breakpoints = view.breakpoints.map((b) => (b.file === file && b.line === line ? { ...b, hits } : b));
}

function onScript(view: RunView, event: RunEventOf<'script'>): void {
  const { version, firstChanged, by, at } = event;
  view.versions.push({ version, firstChanged, by, at });
  if (view.versions.length > KEPT_VERSIONS) view.versions.shift();
  view.statements = event.statements.map((span, index) => {
    const before = view.statements[index];
    const { firstLine, lastLine } = span;
    if (before && index < firstChanged) return { ...before, firstLine, lastLine };
    return { ...pending(span), version };
  });
}

function onAsk(view: RunView, event: RunEventOf<'ask'>): void {
  const { ask, trace, kind, question, deadline, at } = event;
  view.asks.push({
    ask,
    trace,
    kind,
    question,
    default: event.default ?? null,
    deadline: deadline ?? null,
    at,
    answered: null,
  });
  const over = view.asks.filter((a) => a.answered);
  if (over.length > KEPT_ANSWERED) view.asks = view.asks.filter((a) => a !== over[0]);
}

function onProgress(view: RunView, event: RunEventOf<'progress'>): void {
  const { trace, name, done, total, text, at } = event;
  const news = { trace, name, done, total: total ?? null, text: text ?? null, at };
  const known = view.progress.findIndex((p) => p.trace === trace && p.name === name);
  if (known >= 0) view.progress[known] = news;
  else view.progress.push(news);
  if (view.progress.length > KEPT_PROGRESS) view.progress.shift();
}

function onEnded(view: RunView, event: RunEventOf<'ended'>): void {
  view.finishedAt = event.at;
  view.outcome = event.outcome;
  view.exitCode = event.exitCode;
  view.endReason = event.reason;
  view.pause = { state: 'none', waitingFor: [], moving: [] };
  if (view.failure) view.failure.awaitingDecision = false;
  for (const ask of view.asks) ask.answered ??= { answer: null, by: null, at: event.at };
  for (const trace of view.traces) {
    trace.state = 'ENDED';
    trace.prompt = null;
  }
  for (const statement of view.statements) {
    // A statement that was running when the process ended did not complete.
    if (statement.state === 'RUNNING') {
      statement.state = 'FAILED';
      finishStatement(statement, event.at);
    }
  }
}
