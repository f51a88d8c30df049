/** What a run looks like after its events (`fold.ts`), and what phase that is. Pure. */
import type { Breakpoint, Frame, StatementState, StopLevel } from './events.ts';
import type { Outcome, Phase } from './phases.ts';

export interface StatementView {
  index: number;
  firstLine: number;
  lastLine: number;
  state: StatementState;
  startedAt: string | null;
  finishedAt: string | null;
  attempts: number;
  /** The version of the script that it ran from, or will. */
  version: number;
}

/** The whole script as it was from an event on; its text is in the event `script`, that of version 1 in the run. */
export interface ScriptVersionView {
  version: number;
  /** The first statement that is not as in the version before. */
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
  /** What stopped it, for reason `breakpoint`. */
  breakpoint: {
    file: string;
    line: number;
    condition: string | null;
    hits: number | null;
    /** Its condition raised this. */
    error: string | null;
  } | null;
  /** What was raised, for event `exception`. */
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
  /** When the trace came to this line. */
  since: string | null;
  sampled: boolean;
  prompt: PromptView | null;
  /** While it waits in a step: how many other tasks of its loop wait for that. */
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
  at: string;
  /** Until when this rung usually does its work. */
  deadline: string | null;
  /** Whether the next rung follows by itself at the deadline. */
  escalate: boolean;
  /** How the script takes it, `seconds` after it was sent; null before that is known. */
  reaction: { seconds: number; reaction: string; text: string; at: string } | null;
}

/** What OCS's registry said was running. */
export interface TelescopeView {
  agents: { agent: string; operation: string; since: string | null }[];
  /** Why this is not all, or nothing. */
  problem: string | null;
  at: string;
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
  /** Null while it waits. `by` is null when nobody answered: the default at the deadline, or the wait was ended. */
  answered: { answer: string | null; by: string | null; at: string } | null;
}

/** How far the script is with something. */
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
  /** How the script was replaced while it ran, oldest first; empty when it never was. */
  versions: ScriptVersionView[];
  /** The statement that runs or ran last. */
  statement: number | null;
  traces: TraceView[];
  breakpoints: Breakpoint[];
  pause: {
    state: 'pending' | 'paused' | 'none';
    waitingFor: { trace: number; line: number | null }[];
    /** Traces that have left a prompt since the pause was complete, and have not stopped again. */
    moving: number[];
  };
  /** The rungs of the stop ladder that were sent, in order. */
  stops: StopView[];
  /** Looked at after each stop; null when it never was, or no observatory is configured. */
  telescope: TelescopeView | null;
  failure: FailureView | null;
  /** Questions that wait, and the newest of those that are over. */
  asks: AskView[];
  /** The newest word of each thing that the script told progress of, in the order of their first. */
  progress: ProgressView[];
  outcome: Outcome | null;
  exitCode: number | null;
  endReason: string | null;
  /** Facts about where it runs: python, hostname, packages. */
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

/** A view that was stored as JSON, maybe by a version that knew less. */
export function restoreView(json: string): RunView {
  const stored = JSON.parse(json) as Partial<RunView>;
  const statements = (stored.statements ?? []).map((statement) => ({ ...{ version: 1 }, ...statement }));
  const stops = (stored.stops ?? []).map((stop) => ({
    ...{ deadline: null, escalate: false, reaction: null },
    ...stop,
  }));
  const traces = (stored.traces ?? []).map((trace) => ({ ...{ frozenTasks: 0 }, ...trace }));
  const pause = { ...emptyView().pause, ...stored.pause };
  return { ...emptyView(), ...stored, statements, stops, traces, pause };
}

/** The stopped trace that this one waits behind: a loop is one thread, so its tasks stand while one of them does. */
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

/** Whether nothing of the script runs. Other threads may run while the main one is held on a failure. */
export function isPaused(view: RunView): boolean {
  if (view.outcome) return false;
  if (view.failure?.awaitingDecision) return true;
  return view.pause.state === 'paused' && view.pause.moving.length === 0 && view.traces.some((t) => t.prompt);
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
