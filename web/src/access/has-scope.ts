import type { Role } from '../gql/graphql.ts';

/** Whether a grant of the role can be limited to some telescopes. */
export function hasScope(role: Role): boolean {
  return role === 'PROPOSER' || role === 'OPERATOR';
}
