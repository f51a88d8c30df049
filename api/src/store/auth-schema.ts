/** The tables for authentication and audit. Secrets are stored as hashes only. */
import { type Role, type SignInMethod } from '@sequencer/model';
import { sql } from 'drizzle-orm';
import { bigint, index, integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { last, text, time } from './columns.ts';
import { sequencers } from './schema.ts';

export const sessions = pgTable(
  'sessions',
  {
    /** SHA-256 of the cookie, hexadecimal. */
    hash: text().primaryKey(),
    userName: text('user_name').notNull(),
    method: text().$type<'password' | 'oidc'>().notNull(),
    /** The grant that the provider confirmed last. For password users the current grant is read at each request. */
    role: text().$type<Role>(),
    sequencers: text().array(),
    /** End of the validity of the grant; then the provider is queried again. Null for passwords. */
    grantUntil: time('grant_until'),
    /** The provider's subject identifier of the user. */
    subject: text(),
    /** The refresh token, encrypted with the cookie, which only the browser has. */
    sealedRefreshToken: text('sealed_refresh_token'),
    address: text().notNull(),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at').notNull(),
  },
  (table) => [index('sessions_user').on(table.userName), index('sessions_expiry').on(table.expiresAt)],
);

export const apiTokens = pgTable(
  'api_tokens',
  {
    id: uuid().primaryKey(),
    /** SHA-256 of the token, hexadecimal. */
    hash: text().notNull().unique(),
    name: text().notNull(),
    owner: text().notNull(),
    /** The sign-in method of its owner. Null for tokens of earlier versions, for which it is unknown. */
    method: text().$type<SignInMethod>(),
    role: text().$type<Role>().notNull(),
    sequencers: text().array(),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    usedAt: time('used_at'),
    revokedAt: time('revoked_at'),
    revokedBy: text('revoked_by'),
  },
  (table) => [index('api_tokens_owner').on(table.owner)],
);

/** The grants of proxy and provider users at their last sign-in. Their API tokens are limited to these grants. */
export const ownerGrants = pgTable(
  'owner_grants',
  {
    method: text().$type<'oidc' | 'proxy'>().notNull(),
    userName: text('user_name').notNull(),
    /** Null: the user no longer has a role. */
    role: text().$type<Role>(),
    sequencers: text().array(),
    seenAt: time('seen_at').notNull(),
    /** Connections through the proxy that were opened before this time are no longer valid. */
    signedOutAt: time('signed_out_at'),
  },
  (table) => [primaryKey({ columns: [table.method, table.userName] })],
);

/** Users who sign in with a password, besides those of the users file. */
export const accounts = pgTable('accounts', {
  name: text().primaryKey(),
  role: text().$type<Role>().notNull(),
  sequencers: text().array(),
  /** The hash of the password: see auth/password.ts. */
  hash: text().notNull(),
  createdAt: time('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  disabledAt: time('disabled_at'),
});

/** Append-only, except that the result of an entry is set once. A trigger of the migration enforces this. */
export const audit = pgTable(
  'audit',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: time('at').notNull(),
    /** Null: the request was not authenticated. */
    userName: text('user_name'),
    /** How the user was authenticated: a method, or the name of an API token. */
    via: text().notNull(),
    address: text().notNull(),
    action: text().notNull(),
    sequencer: text(),
    run: uuid(),
    /** The line of the main thread at the time of the action. */
    line: integer(),
    /** The arguments as JSON. A script is replaced by its hash. */
    details: text().notNull(),
    /** REQUESTED, DONE, or an error code. */
    result: text().notNull(),
    message: text(),
  },
  (table) => [
    index('audit_user').on(table.userName, last(table.id)),
    index('audit_sequencer').on(table.sequencer, last(table.id)),
    index('audit_run')
      .on(table.run)
      .where(sql`${table.run} is not null`),
  ],
);

/** The user in control of each sequencer with a control lock. */
export const control = pgTable('control', {
  sequencer: text()
    .primaryKey()
    .references(() => sequencers.name),
  holder: text().notNull(),
  since: time('since').notNull(),
  askedBy: text('asked_by'),
  askedAt: time('asked_at'),
});

export type SessionRow = typeof sessions.$inferSelect;
export type ApiTokenRow = typeof apiTokens.$inferSelect;
export type OwnerGrantRow = typeof ownerGrants.$inferSelect;
export type AccountRow = typeof accounts.$inferSelect;
export type AuditRow = typeof audit.$inferSelect;
export type ControlRow = typeof control.$inferSelect;
