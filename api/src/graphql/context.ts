/** What every resolver has at hand. */
import type { RunBackend } from '../runs/run-backend.ts';
import type { LiveRuns } from '../runs/live-runs.ts';
import type { SequencerBoard } from '../runs/sequencer-board.ts';
import type { Watchers } from '../runs/watchers.ts';
import type { Db } from '../store/database.ts';

export const ROLES = ['VIEWER', 'OPERATOR', 'ADMIN'] as const;
export type Role = (typeof ROLES)[number];

export interface User {
  name: string;
  role: Role;
}

export interface Context {
  user: User;
  db: Db;
  board: SequencerBoard;
  lives: LiveRuns;
  backend: RunBackend;
  watchers: Watchers;
  version: string;
}

export function hasRole(user: User, role: Role): boolean {
  return ROLES.indexOf(user.role) >= ROLES.indexOf(role);
}
