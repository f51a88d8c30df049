/** The GraphQL context of a request. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuditLog } from '../../auth/audit-log.ts';
import type { Control } from '../../control/control.ts';
import type { Authenticator, Identity } from '../../auth/authenticator.ts';
import type { PasswordSignIn } from '../../auth/password-sign-in.ts';
import type { User } from '../../auth/user.ts';
import type { RunBackend } from '../../backends/run-backend.ts';
import type { RunQueue } from '../../backends/run-queue.ts';
import type { Config } from '../../config.ts';
import type { Estimates } from '../../estimates/estimates.ts';
import type { LiveRuns } from '../../runs/live-runs.ts';
import type { Preflight } from '../../preflight/preflight.ts';
import type { OutputSearch } from '../../runs/output-search.ts';
import type { SequencerStates } from '../../runs/sequencer-states.ts';
import type { Watchers } from '../../runs/watchers.ts';
import type { Scheduler } from '../../scheduler/scheduler.ts';
import type { Db } from '../../store/database.ts';
import type { AnswerBudget } from './answer-budget.ts';
import type { SocketFlow } from './socket-flow.ts';

/** Authentication, for the resolvers that are about it. */
export interface Access {
  authenticator: Authenticator;
  passwords: PasswordSignIn;
  audit: AuditLog;
  control: Control;
  /** Null if the caller is not signed in. */
  identity: Identity | null;
  address: string;
  request: IncomingMessage;
  /** Null on a websocket. */
  response: ServerResponse | null;
}

export interface Context {
  /** The caller. Reading it throws UNAUTHENTICATED if the caller is not signed in. */
  user: User;
  access: Access;
  db: Db;
  sequencerStates: SequencerStates;
  liveRuns: LiveRuns;
  backend: RunBackend;
  queue: RunQueue;
  scheduler: Scheduler;
  estimates: Estimates;
  preflight: Preflight;
  outputSearch: OutputSearch;
  watchers: Watchers;
  version: string;
  site: Config['site'];
  /** The byte budget of this answer. */
  answer: AnswerBudget;
  /** Null for requests over HTTP. */
  flow: SocketFlow | null;
}
