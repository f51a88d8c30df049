/** An event of the record in words, as they are shown after its kind: "Statement" and "3 started". Pure. */
import type { EventType, RunEventOf, StatementState, StepCommand, StopLevel } from '@sequencer/model/events';
import { clock, plural } from '../../lib/format.ts';
import { visible } from '../../lib/invisible-characters.ts';
import { displayOfPhase } from '../../lib/phases.ts';
import { actionText } from '../action-text.ts';
import { locationText } from '../record/source-location.ts';

const STATES: Record<StatementState, string> = {
  PENDING: 'has not run',
  RUNNING: 'started',
  DONE: 'done',
  FAILED: 'failed',
  SKIPPED: 'skipped',
};
const STEPS: Record<StepCommand, string> = {
  NEXT: 'steps over',
  STEP: 'steps into',
  RETURN: 'steps out',
  CONTINUE: 'continues',
  UNTIL: 'continues to a line',
  LOOP: 'continues to the end of its loop',
};
const LEVELS: Record<StopLevel, string> = {
  REQUEST: 'after this statement',
  INTERRUPT: 'Interrupt',
  TERMINATE: 'Terminate',
  KILL: 'Kill',
};
const REASONS: Partial<Record<string, string>> = {
  start: 'before its first line',
  pause: 'by the pause',
  step: 'after a step',
  failure: 'on a failure',
};
const MAX_LOCATIONS = 8;

const t = (trace: number) => `T${String(trace)}`;
const count = (index: number) => String(index + 1);
const inLine = (line: number | null | undefined) => (line == null ? '' : `, line ${String(line)}`);

type Texts = { [T in EventType]?: (event: RunEventOf<T>) => string };
const TEXTS: Texts = {
  started: ({ python, hostname, pid, statements }) =>
    `started with Python ${python} on ${hostname}, process ${String(pid)}: ${plural(statements.length, 'statement')}`,
  ended: ({ outcome, reason }) => `ended: ${displayOfPhase(outcome).word}. ${reason}`,
  statement: ({ index, state, attempt }) =>
    `${count(index)} ${STATES[state]}${attempt > 1 ? `, attempt ${String(attempt)}` : ''}`,
  script: ({ version, by, firstChanged }) =>
    `version ${String(version)} by ${by}, from statement ${count(firstChanged)}`,
  traceStarted: ({ trace, kind, name }) => `${t(trace)} ${name} started, a ${kind.toLowerCase()}`,
  traceEnded: ({ trace }) => `${t(trace)} ended`,
  pause: ({ state, waitingFor }) => {
    if (state === 'paused') return 'complete';
    if (state === 'none') return 'over';
    const traces = waitingFor.map(({ trace, line }) => t(trace) + (line == null ? '' : ` in line ${String(line)}`));
    return `requested${traces.length > 0 ? `, waiting for ${traces.join(', ')}` : ''}`;
  },
  prompt: ({ trace, number, reason, stack, breakpoint }) => {
    const at = breakpoint ?? stack.at(-1);
    const why = breakpoint ? 'at the breakpoint' : (REASONS[reason] ?? `(${reason})`);
    return `${String(number)}: ${t(trace)} stopped ${why}${at ? ` in ${locationText(at)}` : ''}`;
  },
  resumed: ({ trace, number, command, others }) =>
    `${String(number)} answered: ${t(trace)} ${STEPS[command]}${others === 'WAIT' ? ', the other tasks wait' : ''}`,
  tasksFrozen: ({ trace, tasks }) =>
    tasks === 0
      ? `${t(trace)}: the tasks that its step froze continue`
      : `${t(trace)}: its step waits, and ${plural(tasks, 'other task')} ${tasks === 1 ? 'is' : 'are'} frozen`,
  breakpoints: ({ breakpoints }) => {
    const shown = breakpoints.slice(0, MAX_LOCATIONS).map(locationText).join(', ');
    const more = breakpoints.length > MAX_LOCATIONS ? ', …' : '';
    return breakpoints.length === 0 ? 'none set' : `${String(breakpoints.length)} set: ${shown}${more}`;
  },
  logged: ({ file, line, text }) => `${locationText({ file, line })}: ${text}`,
  ask: ({ ask, trace, question, default: answer, deadline }) =>
    `${String(ask)} by ${t(trace)}: “${question}”` +
    (answer == null ? '' : `, default “${answer}”`) +
    (deadline == null ? '' : `, until ${clock(deadline)} UTC`),
  answered: ({ ask, answer, by }) => {
    if (answer === null) return `${String(ask)} closed without an answer`;
    return `${String(ask)} answered “${answer}”${by === null ? ', the default' : ` by ${by}`}`;
  },
  evaluated: ({ by, trace, expression, ok, text }) =>
    `by ${by} in ${t(trace)}: ${expression}: ${ok ? '' : 'raised '}${text.trimEnd()}`,
  action: (event) => `by ${event.by}: ${actionText(event)}`,
  stopping: ({ level, by, deadline, escalate }) => {
    if (level === null) return `cancelled by ${by}`;
    const then = escalate && deadline != null ? `, escalates at ${clock(deadline)} UTC` : '';
    return `by ${by}: ${LEVELS[level]}${then}`;
  },
  reaction: ({ text }) => text,
  failure: ({ exception, message, statement, line, awaitingDecision }) =>
    (statement == null ? '' : `of statement ${count(statement)}${inLine(line)}: `) +
    `${[exception, message].filter(Boolean).join(': ')}${awaitingDecision ? '. Waiting for a decision.' : ''}`,
  decision: ({ action, statement, line, by }) => {
    const failed = statement == null ? '' : ` statement ${count(statement)}`;
    if (action === 'GOTO') return `by ${by}: continue at${inLine(line).slice(1)}`;
    return `by ${by}: ${action === 'STOP' ? 'stop the run' : action.toLowerCase() + failed}`;
  },
  telescope: ({ agents, problem }) => {
    const running = agents.map(({ agent, operation }) => `${agent} ${operation}`);
    return problem ?? (running.length === 0 ? 'runs no operation' : `runs ${running.join(', ')}`);
  },
  outputDropped: ({ bytes }) => `dropped ${String(bytes)} bytes of output`,
  setAside: ({ event, problem }) => `could not record an event “${event}”: ${problem}`,
};

/** Of a type that this version does not know: its fields. */
function fieldsText(event: object): string {
  return Object.entries(event)
    .filter(([name, value]) => value !== null && !['seq', 'at', 'type'].includes(name))
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

export function eventText<T extends EventType>(event: RunEventOf<T>): string {
  const text = (TEXTS as Record<string, ((event: RunEventOf<T>) => string) | undefined>)[event.type] ?? fieldsText;
  return visible(text(event));
}
