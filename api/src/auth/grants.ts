/** What a user or program may do: a role, and the sequencers that an operator or proposer may command. Every role sees everything. */
import { ROLES, SEQUENCER_NAME, type Role } from '@sequencer/model';

export interface Grant {
  role: Role;
  /** The sequencers that may be commanded; null for all. */
  sequencers: readonly string[] | null;
}

/** Why a grant for some sequencers is refused where scripts can read the secrets of the API. */
export const SCOPES_NOT_ENFORCED =
  'scripts run as the same Unix user as the API, so an operator of some telescopes can act as admin. Grant the role for all telescopes, or set SHARED_UNIX_USER=accept.';

export function hasRole(grant: Grant, role: Role): boolean {
  return ROLES.indexOf(grant.role) >= ROLES.indexOf(role);
}

/** Whether a grant of the role can be limited to some sequencers. */
export function isScoped(role: Role): boolean {
  return role === 'PROPOSER' || role === 'OPERATOR';
}

export function operates(grant: Grant, sequencer: string): boolean {
  return hasRole(grant, 'OPERATOR') && (grant.sequencers?.includes(sequencer) ?? true);
}

/** Whether runs that are submitted wait until an operator accepts them. */
export function mayOnlyPropose(grant: Grant, sequencer: string): boolean {
  return grant.role === 'PROPOSER' && (grant.sequencers?.includes(sequencer) ?? true);
}

/** Reads `viewer`, `proposer`, `operator`, `operator@satp1+lat` or `admin`; null when it is none of these. */
export function parseGrant(text: string): Grant | null {
  const [word = '', scope, ...rest] = text.trim().split('@');
  const role = ROLES.find((known) => known.toLowerCase() === word);
  if (!role || rest.length > 0) return null;
  if (scope === undefined) return { role, sequencers: null };
  const sequencers = scope.split('+');
  return isScoped(role) && sequencers.every((name) => SEQUENCER_NAME.test(name)) ? { role, sequencers } : null;
}

/** The union of the grants; null when there are none. */
export function union(grants: readonly Grant[]): Grant | null {
  const role = ROLES.findLast((wanted) => grants.some((grant) => grant.role === wanted));
  if (!role) return null;
  const highest = grants.filter((grant) => grant.role === role);
  const scopes = highest.flatMap((grant) => (grant.sequencers ? [grant.sequencers] : []));
  return { role, sequencers: scopes.length < highest.length ? null : [...new Set(scopes.flat())] };
}

/** What both grants allow. A token never has more rights than its owner. */
export function intersection(grant: Grant, limit: Grant): Grant {
  const role = hasRole(grant, limit.role) ? limit.role : grant.role;
  const { sequencers } = grant;
  if (!sequencers || !limit.sequencers) return { role, sequencers: sequencers ?? limit.sequencers };
  return { role, sequencers: sequencers.filter((name) => limit.sequencers?.includes(name)) };
}
