/** The entries of the audit log in words: what was requested, and what came of it. */
import type { AuditQuery } from '../gql/graphql.ts';

export type AuditEntry = AuditQuery['audit']['entries'][number];

/** The arguments of an action, from the JSON of its entry. */
type Arguments = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const lower = (value: unknown) => text(value).toLowerCase();
/** `: value`, or nothing without one. */
const after = (value: unknown) => (text(value) ? `: ${text(value)}` : '');

/** By the name of the mutation: the action, and what its arguments add. */
const ACTIONS: Partial<Record<string, [name: string, more?: (args: Arguments) => string]>> = {
  signIn: ['Sign in', ({ name }) => ` as ${text(name)}`],
  signOut: ['Sign out', ({ everywhere }) => (everywhere === true ? ' everywhere' : '')],
  createApiToken: ['Create an API token', ({ name, role }) => `${after(name)}, ${lower(role)}`],
  revokeApiToken: ['Revoke an API token'],
  signOutUser: ['Sign out a user', ({ name }) => after(name)],
  createAccount: ['Add a user', ({ name, role }) => `${after(name)}, ${lower(role)}`],
  changeAccount: ['Change a user', ({ name, role }) => `${after(name)}${role ? `, ${lower(role)}` : ''}`],
  disableAccount: ['Disable or enable a user', ({ name, disabled }) => `${after(name)}, ${disabled ? 'off' : 'on'}`],
  resetPassword: ['Reset a password', ({ name }) => ` of ${text(name)}`],
  changePassword: ['Change own password'],
  submitRun: [
    'Submit a run',
    ({ input }) => {
      const { title, reason } = (input as Arguments | undefined) ?? {};
      return `${after(title)}${text(reason) ? ` (in spite of warnings: ${text(reason)})` : ''}`;
    },
  ],
  submitRuns: [
    'Submit several runs',
    ({ inputs, copies }) => {
      const times = copies === undefined || copies === 1 ? '' : `, ${text(copies)} times`;
      return Array.isArray(inputs) ? `: ${String(inputs.length)}${times}` : '';
    },
  ],
  checkScript: ['Check a script'],
  listStatements: ['List the statements of a script'],
  pauseRun: ['Pause the run'],
  resumeRun: ['Continue the run'],
  stepTrace: ['Step', ({ command, trace }) => ` (${lower(command)}) in T${text(trace)}`],
  resumeOtherTasks: ['Continue the other tasks'],
  evaluate: ['Evaluate an expression', ({ expression }) => after(expression)],
  interruptEvaluation: ['Interrupt an evaluation'],
  answerAsk: ['Answer a question', ({ answer }) => after(answer)],
  setBreakpoints: [
    'Set breakpoints',
    ({ breakpoints }) => (Array.isArray(breakpoints) ? `: ${String(breakpoints.length)} in all` : ''),
  ],
  stopRun: [
    'Stop the run',
    ({ level, escalate }) => `: ${lower(level)}${escalate === true ? ', escalating if it has no effect' : ''}`,
  ],
  stopAll: ['Stop all telescopes', ({ level, reason }) => `: ${lower(level)}${after(reason)}`],
  cancelStop: ['Cancel the requested stop'],
  decideFailure: [
    'Decide about a failure',
    ({ action, line }) => `: ${lower(action)}${text(line) ? `, line ${text(line)}` : ''}`,
  ],
  replaceRemaining: ['Replace the remaining statements'],
  cancelRun: ['Cancel the queued run'],
  moveInQueue: ['Move the run in the queue', ({ position }) => ` to position ${text(position)}`],
  editRun: [
    'Edit the queued run',
    ({ input }) =>
      after(
        Object.keys((input as Arguments | undefined) ?? {})
          .filter((part) => part !== 'version')
          .join(', '),
      ),
  ],
  holdRun: ['Put the queued run on hold', ({ reason }) => after(reason)],
  acceptRun: ['Accept the proposed run'],
  declineRun: ['Decline the proposed run', ({ reason }) => after(reason)],
  releaseRun: ['Release the run on hold'],
  setHoldOnFailure: ['Set pause on failure', ({ hold }) => (hold === true ? ': on' : ': off')],
  setAfterFailure: ['Set what follows a failure', ({ afterFailure }) => after(lower(afterFailure).replace('_', ' '))],
  setMode: ['Set the mode', ({ mode, reason }) => `: ${lower(mode)}${text(reason) ? ` (${text(reason)})` : ''}`],
  setSchedulerSettings: ['Change the settings of the scheduler'],
  pullSchedule: ['Pull a schedule', ({ then }) => after(lower(then))],
  cancelPull: ['Cancel the pull of a schedule'],
  takeControl: ['Take control', ({ reason }) => after(reason)],
  askForControl: ['Request control'],
  handOverControl: ['Pass control', ({ to }) => ` to ${text(to)}`],
  releaseControl: ['Release control'],
};

/** The actions for the filter: the name of the mutation and the action in words, sorted by the latter. */
export const ACTION_NAMES: readonly (readonly [mutation: string, name: string])[] = Object.entries(ACTIONS)
  .flatMap(([mutation, action]) => (action ? [[mutation, action[0]] as const] : []))
  .toSorted(([, a], [, b]) => a.localeCompare(b));

function argumentsOf(details: string): Arguments {
  try {
    const parsed: unknown = JSON.parse(details);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Arguments) : {};
  } catch {
    return {};
  }
}

/** `Stop the run: interrupt`. An action that this version does not know has its own name. */
export function actionOf({ action, details }: Pick<AuditEntry, 'action' | 'details'>): string {
  const [name, more] = ACTIONS[action] ?? [action];
  return `${name}${more?.(argumentsOf(details)) ?? ''}`;
}

export function resultOf({ action, result, message }: Pick<AuditEntry, 'action' | 'result' | 'message'>): string {
  if (result === 'DONE') return 'Done';
  if (result === 'REQUESTED') return 'Result not known';
  if (action === 'signIn' && result === 'UNAUTHENTICATED') return 'Refused: wrong name or password';
  return `Refused: ${message ?? result}`;
}
