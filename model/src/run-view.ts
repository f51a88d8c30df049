/** The state of a run after its events (`fold.ts`), and the phase and reason that follow from it. Pure. */
import type { Breakpoint, Frame, RunEventOf, StatementState, StopLevel } from './events.ts';
import type { Outcome, Phase } from './phases.ts';

export interface StatementView {
  index: number;
  firstLine: number;
  lastLine: number;
  state: StatementState;
  /** When its first line ran; null before, also while the script is stopped before that line. */
  startedAt: string | null;
  finishedAt: string | null;
  /** How long its thread was stopped at prompts since `startedAt`, in ms (`statement-time.ts`). */
  pausedMs: number;
  /** Since when its thread is stopped at a prompt; null while it runs. */
  pausedSince: string | null;
  attempts: number;
  /** Script version that this statement ran, or will run, from. */
  version: number;
}

/** A version of the script. Its text is in the event `script`; that of version 1 is in the run. */
export interface ScriptVersionView {
  version: number;
  /** Index of the first statement that differs from the version before. */
  firstChanged: number;
  by: string;
  at: string;
}

export interface PromptView {
  number: number;
  event: string;
  reason: string;
  stack: Frame[];
  since: string;
  /** The breakpoint, for reason `breakpoint`. */
  breakpoint: {
    file: string;
    line: number;
    condition: string | null;
    hits: number | null;
    /** Exception that its condition raised. */
    error: string | null;
  } | null;
  /** The exception, for event `exception`. */
  exception: { type: string; message: string } | null;
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
  /** When the trace reached this line. */
  since: string | null;
  /** Lines before this one may be missing. */
  sampled: boolean;
  /** When it last passed a line so often that not every pass was reported. */
  busyAt: string | null;
  prompt: PromptView | null;
  /** Number of other tasks of its loop that are frozen until its step completes. */
  frozenTasks: number;
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
  /** When the runner received and sent it. */
  at: string;
  /** When the API received the request; null for a stop of the system. */
  requestedAt: string | null;
  /** When this rung should have taken effect. */
  deadline: string | null;
  /** Whether the next rung is sent automatically at the deadline. */
  escalate: boolean;
  /** The reaction of the script, `seconds` after the stop was sent; null before the first is observed. */
  reaction: { seconds: number; reaction: string; text: string; at: string } | null;
}

/** Operations that were running according to the OCS registry. */
export interface TelescopeView {
  agents: { agent: string; operation: string; since: string | null }[];
  /** Why the list is incomplete or empty. */
  problem: string | null;
  at: string;
}

export function telescopeView({
  agents,
  problem,
  at,
}: Pick<RunEventOf<'telescope'>, 'agents' | 'problem' | 'at'>): TelescopeView {
  return {
    agents: agents.map(({ agent, operation, since }) => ({ agent, operation, since: since ?? null })),
    problem: problem ?? null,
    at,
  };
}

/** A question of the script. */
export interface AskView {
  ask: number;
  trace: number;
  kind: 'text' | 'confirm';
  question: string;
  default: string | null;
  deadline: string | null;
  at: string;
  /** Null while the script waits. `by` is null if nobody answered before the deadline or the end of the wait. */
  answered: { answer: string | null; by: string | null; at: string } | null;
}

/** Progress that the script reports. */
export interface ProgressView {
  trace: number;
  name: string;
  done: number;
  total: number | null;
  text: string | null;
  at: string;
}

export interface RunView {
  lastSeq: number;
  startedAt: string | null;
  finishedAt: string | null;
  statements: StatementView[];
  /** Replacements of the script while it ran, oldest first. */
  versions: ScriptVersionView[];
  /** Index of the statement that is running or ran last. */
  statement: number | null;
  traces: TraceView[];
  breakpoints: Breakpoint[];
  pause: {
    state: 'pending' | 'paused' | 'none';
    waitingFor: { trace: number; line: number | null }[];
    /** Traces that continued since the pause was complete, and have not stopped again. */
    moving: number[];
  };
  /** Rungs of the stop ladder that were sent, in order. */
  stops: StopView[];
  /** Checked after each stop; null before the first, or if no observatory is configured. */
  telescope: TelescopeView | null;
  failure: FailureView | null;
  /** Open questions, and the newest of the answered ones. */
  asks: AskView[];
  /** Newest report of each activity, in the order of their first report. */
  progress: ProgressView[];
  outcome: Outcome | null;
  exitCode: number | null;
  endReason: string | null;
  /** The environment of the script. */
  ranWith: { python: string; hostname: string; pid: number; packages: Record<string, string> } | null;
  droppedBytes: number;
}

export function emptyView(): RunView {
  return {
    lastSeq: 0,
    startedAt: null,
    finishedAt: null,
    statements: [],
    versions: [],
    statement: null,
    traces: [],
    breakpoints: [],
    pause: { state: 'none', waitingFor: [], moving: [] },
    stops: [],
    telescope: null,
    failure: null,
    asks: [],
    progress: [],
    outcome: null,
    exitCode: null,
    endReason: null,
    ranWith: null,
    droppedBytes: 0,
  };
}

/** A view from its stored JSON, which an older version with fewer fields may have written. */
export function restoreView(json: string): RunView {
  const stored = JSON.parse(json) as Partial<RunView>;
  const statements = (stored.statements ?? []).map((statement) => ({
    ...{ version: 1, pausedMs: 0, pausedSince: null },
    ...statement,
  }));
  const stops = (stored.stops ?? []).map((stop) => ({
    ...{ deadline: null, requestedAt: null, escalate: false, reaction: null },
    ...stop,
  }));
  const traces = (stored.traces ?? []).map((trace) => ({ ...{ frozenTasks: 0, busyAt: null }, ...trace }));
  const pause = { ...emptyView().pause, ...stored.pause };
  return { ...emptyView(), ...stored, statements, stops, traces, pause };
}

/** The stopped trace that blocks this one: the tasks of a loop share a thread, so one stopped task blocks the others. */
export function blockingTrace(traces: readonly TraceView[], trace: TraceView): TraceView | null {
  if (trace.state !== 'RUNNING') return null;
  const thread = trace.thread ?? trace.id;
  return traces.find((t) => t !== trace && t.prompt !== null && (t.thread ?? t.id) === thread) ?? null;
}

/** The phase of a run that has started, from its events alone. */
export function phaseOf(view: RunView): Phase {
  if (view.outcome) return view.outcome;
  if (view.startedAt === null) return 'STARTING';
  if (view.stops.length > 0) return 'STOPPING';
  return isPaused(view) ? 'PAUSED' : 'RUNNING';
}

/** Whether the run is paused. Other threads may run while the main one is held on a failure. */
export function isPaused(view: RunView): boolean {
  if (view.outcome) return false;
  if (view.failure?.awaitingDecision) return true;
  return view.pause.state === 'paused' && view.pause.moving.length === 0 && view.traces.some((t) => t.prompt);
}

/** The stop that ended a run, if a user sent it. The system's own stops are by names with spaces, which no user has. */
export function stopOfUser<T extends Pick<StopView, 'by'>>({
  outcome,
  stops,
}: {
  outcome: Phase | null;
  stops: readonly T[];
}): T | null {
  const isStopped = outcome === 'INTERRUPTED' || outcome === 'TERMINATED' || outcome === 'KILLED';
  const stop = stops.at(-1);
  return isStopped && stop && !stop.by.includes(' ') ? stop : null;
}

const STOP_REASONS: Record<StopLevel, string> = {
  REQUEST: 'Stopping after this statement: requested',
  INTERRUPT: 'Stopping: interrupted',
  TERMINATE: 'Stopping: terminated',
  KILL: 'Stopping: killed',
};

/** Why the run is in this phase, as a sentence for operators. Null if there is nothing to add to the phase. */
export function reasonOf(view: RunView): string | null {
  if (view.outcome) return view.endReason;
  const stop = view.stops.at(-1);
  if (stop) return [`${STOP_REASONS[stop.level]} by ${stop.by}.`, stop.reaction?.text].filter(Boolean).join(' ');
  if (view.failure?.awaitingDecision) return heldReason(view.failure);
  if (view.pause.state === 'pending') {
    const stopped = new Set(view.traces.flatMap((trace) => (trace.prompt ? [trace.id] : [])));
    const running = view.pause.waitingFor.filter((w) => !stopped.has(w.trace));
    const lines = running.flatMap((w) => (w.line === null ? [] : [String(w.line)]));
    if (lines.length === 0) return 'Pausing: waiting for the next line.';
    return `Pausing: waiting for line ${[...new Set(lines)].join(', ')} to return.`;
  }
  if (isPaused(view)) {
    const prompts = view.traces.flatMap((t) => (t.prompt ? [t.prompt] : []));
    const last = prompts.toSorted((a, b) => a.number - b.number).at(-1);
    const reason = last?.reason;
    if (reason === 'breakpoint') return breakpointReason(last?.breakpoint ?? null);
    if (reason === 'start') return 'Paused before the first line, as requested.';
    if (reason === 'step') return 'Paused after a step.';
    if (reason === 'failure') return 'Paused on a failure.';
    if (reason !== undefined && reason !== 'pause') return `Paused (${reason}).`;
    return 'Paused on request.';
  }
  const ask = view.asks.find((a) => a.answered === null);
  if (ask) return `Waiting for an answer: ${ask.question}`;
  const stepping = view.traces.find((trace) => trace.frozenTasks > 0);
  return stepping ? frozenTasksReason(stepping) : null;
}

function frozenTasksReason({ id, frozenTasks }: TraceView): string {
  const tasks = frozenTasks === 1 ? '1 other task is' : `${String(frozenTasks)} other tasks are`;
  return `The step of trace ${String(id)} is waiting, and ${tasks} frozen. Resume them if the step needs one of them.`;
}

function heldReason({ exception, message }: FailureView): string {
  const what = [exception, message.split('\n')[0]].filter(Boolean).join(': ').replace(/\.$/, '');
  return `Held on a failure: ${what}. Clean-up code has run. Retry, skip or edit the statement, or stop the run.`;
}

function breakpointReason(breakpoint: PromptView['breakpoint']): string {
  if (!breakpoint) return 'Paused at a breakpoint.';
  const { file, line, condition, error } = breakpoint;
  const where = `line ${String(line)}${file === '<script>' ? '' : ` of ${file.split('/').at(-1) ?? file}`}`;
  if (error !== null) return `Paused at the breakpoint in ${where}: its condition raised ${error}`;
  return `Paused at the breakpoint in ${where}${condition === null ? '' : `, because ${condition}`}.`;
}
