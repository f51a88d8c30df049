/** The tables of who came in and what they did. Secrets are stored as hashes only. */
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
    /** The grant that the provider confirmed last. For password users it is read from the users file each time. */
    role: text().$type<Role>(),
    sequencers: text().array(),
    /** End of its validity; then the provider is queried again. Null for passwords. */
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
    /** How its owner had signed in. Null for tokens of an earlier version of which this is not known. */
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

/** The grants of users at their last sign-in by a proxy or a provider. Their API tokens are limited to them. */
export const ownerGrants = pgTable(
  'owner_grants',
  {
    method: text().$type<'oidc' | 'proxy'>().notNull(),
    userName: text('user_name').notNull(),
    /** Null: they have no role any more. */
    role: text().$type<Role>(),
    sequencers: text().array(),
    seenAt: time('seen_at').notNull(),
    /** Connections through the proxy that were opened before have ended. */
    signedOutAt: time('signed_out_at'),
  },
  (table) => [primaryKey({ columns: [table.method, table.userName] })],
);

/** People who sign in with a password, besides those of the users file. */
export const accounts = pgTable('accounts', {
  name: text().primaryKey(),
  role: text().$type<Role>().notNull(),
  sequencers: text().array(),
  /** Of the password: see auth/password.ts. */
  hash: text().notNull(),
  createdAt: time('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  disabledAt: time('disabled_at'),
});

/** Rows are added and never changed: a trigger of the migration refuses everything else. */
export const audit = pgTable(
  'audit',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: time('at').notNull(),
    /** Null: nobody had signed in. */
    userName: text('user_name'),
    /** How they had come in: a method, or the name of an API token. */
    via: text().notNull(),
    address: text().notNull(),
    action: text().notNull(),
    sequencer: text(),
    run: uuid(),
    /** Where the main thread was, when the action came. */
    line: integer(),
    /** The arguments as JSON; a script stands there as its hash. */
    details: text().notNull(),
    /** DONE, or the code of the refusal. */
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

/** Who drives a sequencer whose commands are for one person at a time. */
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
