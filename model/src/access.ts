/** Roles, and the ways in which a user can sign in. */

/** Each role includes the ones before it. */
export const ROLES = ['VIEWER', 'PROPOSER', 'OPERATOR', 'ADMIN'] as const;
export type Role = (typeof ROLES)[number];

export const SIGN_IN_METHODS = ['none', 'password', 'oidc', 'proxy'] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];
