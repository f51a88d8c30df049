/**
 * The authorization table: for each field of the schema, the role that it requires and the arguments that it accepts.
 * It fails closed: a field that is not listed here makes the construction of the schema fail.
 */

import type { Role } from '@sequencer/model';

/** `ANYBODY`: no sign-in is required. */
export type Need = Role | 'ANYBODY';

/** Fields by type, with their arguments in brackets. */
type Fields = Record<string, string>;

const ANYBODY: Fields = {
  Query: 'access',
  Access: 'methods me',
};

/** Every signed-in user may read everything about runs. */
const VIEWER: Fields = {
  Query: `me server site sequencers sequencer(name) run(id) runs(filter order first after) nights(filter last dates)
    runByNumber(sequencer number) apiTokens estimate(sequencer script startAt)`,
  Subscription: 'sequencers sequencer(name) run(id) output(run after) events(run after) heartbeat',
  User: 'name role sequencers method byAccount',
  Server: 'version time',
  Site: 'latitude longitude',
  Sequencer: `name mode modeReason modeChangedBy modeChangedAt hostname lastKnownSince runner activeRun lastRun lastRuns(first since)
    queue(first) queueMovedBy control holdOnFailure afterFailure scheduler`,
  SchedulerState: 'settings pulling nextPullAt failures lastPull pulls(first after)',
  SchedulerSettings: 'url header policy lengthMinutes timeoutSeconds leadMinutes',
  SchedulerPull: 'id at from to policy by automatic state ok message seconds script run',
  SchedulerPullPage: 'entries endCursor',
  Control: 'holder since askedBy askedAt',
  Runner: 'connected runnerPerRun since python hostname packages problems',
  Package: 'name version',
  Run: `id number sequencer title script phase reason submittedBy submittedAt startedAt finishedAt exitCode failure
    arguments startPaused startAt holdOnFailure start scriptHash statementCount statementsDone position pausePending stops live
    seenAt view statements traces breakpoints output(after first) outputBefore(before last) events(after first types)
    outputEvents(after before first last filter) outputMatches(find filter after before first last)
    lastSeq asks progress scriptVersion scriptVersions watchers telescope
    pausedSince stoppedBy expectedStart expectedEnd window onHold timeoutSeconds afterFailure resources origin version editedBy
    editedAt preflight forecast proposed acceptedBy acceptedAt`,
  Estimate: 'statements totalSeconds expectedEnd unknownStatements',
  StatementEstimate: 'index firstLine typicalSeconds lowSeconds highSeconds basis expectedEnd',
  PreflightCheck: 'name mark text',
  RunForecast: 'behindSeconds regainedAt regainedLine usualSeconds usualBasis',
  RunWindow: 'notBefore notAfter',
  RunOnHold: 'since by reason',
  RunConnection: 'edges pageInfo totalCount totalCountIsExact',
  Night: 'date outcomes',
  NightOutcome: 'phase runs seconds',
  RunEdge: 'cursor node',
  PageInfo: 'hasNextPage hasPreviousPage startCursor endCursor',
  RunFilter: 'sequencer phases text submittedBy from to',
  Statement: 'index firstLine lastLine state startedAt finishedAt seconds attempts version',
  Trace: 'id kind name state file line function since sampled prompt frozenTasks',
  Prompt: 'number event reason stack since breakpoint exception',
  PromptBreakpoint: 'file line condition hits error',
  Raised: 'type message',
  Frame: 'file line function variables',
  Variable: 'name type value expandable path',
  Failure: 'type message traceback line statement awaitingDecision then',
  Position: 'statement line since',
  StopSent: 'level by at requestedAt escalate deadline reaction',
  StopReaction: 'at reaction seconds text',
  TelescopeStatus: 'at operations problem',
  RunningOperation: 'agent operation since',
  ScriptStatement: 'index firstLine lastLine',
  Breakpoint: 'file line condition hitCount logMessage enabled hits problem requestedLine movedFrom',
  Ask: 'ask kind question trace default at deadline answered',
  AskAnswer: 'answer by at',
  Progress: 'name done total text trace at',
  ScriptVersion: 'version script by at firstChanged',
  Output: 'seq stream text trace line at',
  Event: 'seq type at data',
  OutputFilter: 'stream trace firstLine lastLine lastSeq',
  OutputPage: 'events hasMore',
  OutputMatches: 'total hasMore isComplete number matches',
  OutputMatch: 'seq ordinal position',
  Finding: 'severity line column code message',
  VariablePage: 'variables total',
  ApiToken: 'id name owner role sequencers createdAt expiresAt usedAt revokedAt',
};

const PROPOSER: Fields = {
  SubmitRunInput: `sequencer script title arguments startPaused startAt startLine holdOnFailure breakpoints window position
    timeoutSeconds afterFailure resources start reason requestId`,
  EditRunInput: `script title arguments startPaused startAt startLine holdOnFailure breakpoints window version
    timeoutSeconds afterFailure resources`,
  RunWindowInput: 'notBefore notAfter',
  BreakpointInput: 'file line condition hitCount logMessage enabled',
};

const OPERATOR: Fields = {
  RunStopInput: 'run level',
  SchedulerSettingsInput: 'url header policy lengthMinutes timeoutSeconds leadMinutes',
  Evaluation: 'ok text',
  SourceFile: 'file text',
};

const ADMIN: Fields = {
  Query: 'audit(filter first after) sessions accounts',
  Account: 'name role sequencers inFile createdAt createdBy disabledAt',
  AuditFilter: 'user action sequencer run refused from to',
  AuditPage: 'entries endCursor',
  AuditEntry: 'id at user via address action sequencer run runNumber line details result message',
  Session: 'user method address createdAt expiresAt',
};

/** The sequencer or run that a mutation commands, by the path of the argument that names it. It requires a grant for that sequencer. */
export interface CommandRule {
  need: Need;
  arguments: string;
  /** The argument with the id of the run. `sequencer` is the path of the argument with the name of the sequencer. */
  run?: string;
  sequencer?: string;
  /** Whether the caller must have control of the sequencer, where its control lock is enabled. */
  needsControl?: boolean;
  /** Whether an API token is accepted; the default is true. */
  byToken?: boolean;
}

const onRun = (id: string, rest = ''): CommandRule => ({
  need: 'OPERATOR',
  arguments: `${id} ${rest}`,
  run: id,
  needsControl: true,
});
const onSequencer = (args: string, path = 'sequencer'): CommandRule => ({
  need: 'OPERATOR',
  arguments: args,
  sequencer: path,
});

export const MUTATIONS: Record<string, CommandRule> = {
  signIn: { need: 'ANYBODY', arguments: 'name password', byToken: false },
  signOut: { need: 'VIEWER', arguments: 'everywhere', byToken: false },
  createApiToken: { need: 'VIEWER', arguments: 'name role sequencers days', byToken: false },
  revokeApiToken: { need: 'VIEWER', arguments: 'id', byToken: false },
  signOutUser: { need: 'ADMIN', arguments: 'name revokeTokens', byToken: false },
  createAccount: { need: 'ADMIN', arguments: 'name password role sequencers', byToken: false },
  changeAccount: { need: 'ADMIN', arguments: 'name role sequencers', byToken: false },
  disableAccount: { need: 'ADMIN', arguments: 'name disabled', byToken: false },
  resetPassword: { need: 'ADMIN', arguments: 'name password revokeTokens', byToken: false },
  changePassword: { need: 'VIEWER', arguments: 'currentPassword newPassword revokeTokens', byToken: false },

  // The run of a proposer waits until an operator accepts it.
  submitRun: { ...onSequencer('input', 'input.sequencer'), need: 'PROPOSER', needsControl: true },
  submitRuns: { ...onSequencer('inputs copies', 'inputs.0.sequencer'), need: 'PROPOSER', needsControl: true },
  acceptRun: onRun('id'),
  declineRun: onRun('id', 'reason'),
  checkScript: { ...onSequencer('sequencer script startAt'), need: 'PROPOSER' },
  listStatements: { ...onSequencer('sequencer script'), need: 'PROPOSER' },
  pauseRun: onRun('id'),
  resumeRun: onRun('id'),
  stepTrace: onRun('run', 'trace prompt command line others'),
  resumeOtherTasks: onRun('run', 'trace'),
  evaluate: onRun('run', 'trace prompt expression frame watch'),
  interruptEvaluation: onRun('run', 'trace prompt'),
  answerAsk: onRun('run', 'ask answer'),
  setBreakpoints: onRun('run', 'breakpoints'),
  // Every operator may stop a run, also without control.
  stopRun: { ...onRun('id', 'level escalate'), needsControl: false },
  stopAll: { need: 'OPERATOR', arguments: 'level reason runs' },
  cancelStop: onRun('id'),
  decideFailure: onRun('run', 'action line'),
  replaceRemaining: onRun('run', 'script'),
  cancelRun: onRun('id'),
  moveInQueue: onRun('run', 'position'),
  editRun: onRun('id', 'input'),
  holdRun: onRun('id', 'reason'),
  releaseRun: onRun('id'),
  setHoldOnFailure: { ...onSequencer('sequencer hold'), needsControl: true },
  setAfterFailure: { ...onSequencer('sequencer afterFailure'), needsControl: true },
  setMode: { ...onSequencer('sequencer mode reason'), needsControl: true },

  setSchedulerSettings: { ...onSequencer('sequencer settings'), needsControl: true },
  pullSchedule: { ...onSequencer('sequencer from to policy then'), needsControl: true },
  cancelPull: onSequencer('sequencer'),

  takeControl: onSequencer('sequencer reason'),
  askForControl: onSequencer('sequencer'),
  handOverControl: onSequencer('sequencer to'),
  releaseControl: onSequencer('sequencer'),
};

/** Queries that a runner, its script or the scheduler answers. They change nothing. */
export const QUERIES: Record<string, CommandRule> = {
  variables: { ...onRun('run', 'trace prompt frame scope path after first'), need: 'VIEWER', needsControl: false },
  source: { ...onRun('run', 'file'), needsControl: false },
  telescopeStatus: onSequencer('sequencer'),
  preflight: onSequencer('sequencer script startAt'),
  schedulerPreview: onSequencer('sequencer from to policy'),
};

/** The requirement of each `Type.field`, and of each `Type.field(argument)`. */
export const NEEDS: ReadonlyMap<string, Need> = new Map<string, Need>([
  ...needs('ANYBODY', ANYBODY),
  ...needs('VIEWER', VIEWER),
  ...needs('PROPOSER', PROPOSER),
  ...needs('OPERATOR', OPERATOR),
  ...needs('ADMIN', ADMIN),
  ...commandNeeds('Mutation', MUTATIONS),
  ...commandNeeds('Query', QUERIES),
]);

function needs(need: Need, types: Fields): [string, Need][] {
  return Object.entries(types).flatMap(([type, fields]) =>
    [...fields.matchAll(/(\w+)(?:\(([^)]*)\))?/g)].flatMap(([, field = '', args = '']): [string, Need][] => [
      [`${type}.${field}`, need],
      ...(args.match(/\w+/g) ?? []).map((argument): [string, Need] => [`${type}.${field}(${argument})`, need]),
    ]),
  );
}

function commandNeeds(type: string, rules: Record<string, CommandRule>): [string, Need][] {
  return Object.entries(rules).flatMap(([name, rule]) => needs(rule.need, { [type]: `${name}(${rule.arguments})` }));
}
