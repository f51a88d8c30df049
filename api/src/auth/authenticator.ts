/** Identifies the user of a request, by any of the sign-in methods that the site has enabled. */
import type { IncomingMessage } from 'node:http';
import { SequencerError, type SignInMethod } from '@sequencer/model';
import type { ClientAddresses } from '../lib/client-address.ts';
import type { Logger } from '../lib/log.ts';
import type { ApiTokenRow, SessionRow } from '../store/auth-schema.ts';
import type { Db } from '../store/database.ts';
import { ApiTokens } from './api-tokens.ts';
import type { AuthConfig } from './settings.ts';
import { SESSION_COOKIE, readCookie } from './cookie.ts';
import { Revocations } from './revocations.ts';
import { union, intersection, type Grant } from './grants.ts';
import { OidcClient } from './oidc-client.ts';
import { OidcSessions } from './oidc-sessions.ts';
import { OwnerGrants } from './owner-grants.ts';
import { PasswordUsers } from './password-users.ts';
import { readProxyUser } from './proxy-headers.ts';
import { Sessions } from './sessions.ts';
import { anonymous, type User } from './user.ts';

/** How long after PROXY_RECHECK_SECONDS a connection that the proxy authenticated is still accepted. */
const PROXY_GRACE_MS = 5000;

export interface Identity {
  user: User;
  method: SignInMethod | 'token';
  /** For the audit log: the method, or the name of the token. */
  via: string;
  /** The hash of the session, if the request has one. */
  session: string | null;
  /** The id of the API token, if the request has one. */
  token: string | null;
  expiresAt: Date | null;
}

/** The part of the configuration that concerns sign-in. */
interface AuthenticationConfig {
  auth: AuthConfig;
  /** The user of all requests with AUTH=none. */
  userName: string;
}

export class Authenticator {
  readonly revocations = new Revocations();
  readonly sessions: Sessions;
  readonly tokens: ApiTokens;
  readonly ownerGrants: OwnerGrants;
  /** Null unless the method `password` is enabled. */
  readonly passwordUsers: PasswordUsers | null;
  /** Null without an OpenID Connect provider. */
  readonly oidc: { client: OidcClient; sessions: OidcSessions } | null;
  readonly clientAddresses: ClientAddresses;
  readonly #config: AuthenticationConfig;
  /** When each request was first seen. The request of a websocket identifies its user for as long as it is open. */
  readonly #firstSeen = new WeakMap<IncomingMessage, number>();

  /** Throws when the users file is invalid. */
  constructor(config: AuthenticationConfig, clientAddresses: ClientAddresses, db: Db, log: Logger) {
    const { auth } = config;
    this.#config = config;
    this.clientAddresses = clientAddresses;
    this.sessions = new Sessions(db, auth.sessionMs, this.revocations);
    this.tokens = new ApiTokens(db, log, this.revocations, auth.enforcesScopes);
    this.ownerGrants = new OwnerGrants(db);
    this.passwordUsers =
      auth.usersFile === null ? null : new PasswordUsers(auth.usersFile, db, log, auth.enforcesScopes);
    const client = auth.oidc && new OidcClient(auth.oidc, auth.roleGroups);
    this.oidc = client && { client, sessions: new OidcSessions(client, this.sessions, this.ownerGrants, log) };
  }

  get methods(): readonly SignInMethod[] {
    return this.#config.auth.methods;
  }

  /** How long a connection that the proxy authenticated may be open. */
  get proxyRecheckMs(): number {
    return this.#config.auth.proxyRecheckMs;
  }

  /** Null when the request is not authenticated. Throws UNAUTHENTICATED for an invalid token. */
  async identify(request: IncomingMessage): Promise<Identity | null> {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) return this.#byToken(token);
    if (this.methods.includes('none')) {
      const user: User = { name: this.#config.userName, role: 'ADMIN', sequencers: null };
      return { user, method: 'none', via: 'none', session: null, token: null, expiresAt: null };
    }
    return (await this.#byProxy(request)) ?? (await this.#bySession(request));
  }

  /** Whether the user signed in with an account, not with an entry of the users file. */
  byAccount({ method, user }: Identity): boolean {
    return method === 'password' && !this.passwordUsers?.file.find(user.name);
  }

  /** Ends all sessions and connections of a user. Returns the number of sessions. */
  async signOut(userName: string): Promise<number> {
    const count = await this.sessions.endAll(userName);
    await this.ownerGrants.signOut(userName);
    this.revocations.publish({ user: userName });
    return count;
  }

  async #byToken(token: string): Promise<Identity> {
    const row = await this.tokens.find(token);
    if (!row) throw invalidToken('The token is unknown, has expired or was revoked.');
    const grant = intersection(await this.#ownerGrant(row), row);
    const user: User = { name: row.owner, role: grant.role, sequencers: grant.sequencers };
    const { id, expiresAt } = row;
    return { user, method: 'token', via: `token ${row.name}`, session: null, token: id, expiresAt };
  }

  /** The current grant of a token's owner. */
  async #ownerGrant({ owner, method, role, sequencers }: ApiTokenRow): Promise<Grant> {
    if (method === null || !this.methods.includes(method)) {
      throw invalidToken('The token belongs to a sign-in method that this site no longer uses.');
    }
    if (method === 'none') return { role, sequencers };
    if (method === 'password') {
      const user = await this.passwordUsers?.find(owner);
      if (!user) throw invalidToken('The owner of the token can no longer sign in.');
      return user.grant;
    }
    const seen = await this.ownerGrants.find(method, owner);
    if (!seen?.role) throw invalidToken('The owner of the token no longer has a role.');
    const { ownerGrantMs } = this.#config.auth;
    if (Date.now() - seen.seenAt.getTime() > ownerGrantMs) {
      const days = String(Math.round(ownerGrantMs / 86_400_000));
      throw invalidToken(
        `${owner} has not signed in for ${days} days.`,
        `The token works again after ${owner} signs in.`,
      );
    }
    return { role: seen.role, sequencers: seen.sequencers };
  }

  /** The user that the proxy names. The request must come from the address of the proxy, and have its secret. */
  async #byProxy(request: IncomingMessage): Promise<Identity | null> {
    const { proxy, roleGroups, proxyRecheckMs } = this.#config.auth;
    if (!proxy || !this.clientAddresses.trusted(request)) return null;
    const named = readProxyUser(request, proxy);
    if (!named) return null;
    const { name } = named;
    const arrived = this.#firstSeen.get(request) ?? Date.now();
    this.#firstSeen.set(request, arrived);
    if (Date.now() - arrived > proxyRecheckMs + PROXY_GRACE_MS) return null;
    const grant = union(named.groups.flatMap((group) => roleGroups.get(group) ?? []));
    const before = await this.ownerGrants.record('proxy', name, grant);
    if (!grant || (before?.signedOutAt && before.signedOutAt.getTime() > arrived)) return null;
    return { user: { name, ...grant }, method: 'proxy', via: 'proxy', session: null, token: null, expiresAt: null };
  }

  async #bySession(request: IncomingMessage): Promise<Identity | null> {
    const cookie = readCookie(SESSION_COOKIE, request, this.clientAddresses.secure(request));
    const row = cookie === null ? null : await this.sessions.find(cookie);
    // Disabling a method also ends the sessions that were opened with it.
    if (!row || cookie === null || !this.methods.includes(row.method)) return null;
    const { hash: session, expiresAt, method } = row;
    const grant = await this.#sessionGrant(row, cookie);
    if (!grant) return null;
    return { user: { name: row.userName, ...grant }, method, via: method, session, token: null, expiresAt };
  }

  async #sessionGrant(row: SessionRow, cookie: string): Promise<Grant | null> {
    if (row.method === 'oidc') return this.oidc?.sessions.grant(row, cookie) ?? null;
    return (await this.passwordUsers?.find(row.userName))?.grant ?? null;
  }
}

function invalidToken(reason: string, remedy = 'Create a new one.'): SequencerError {
  return new SequencerError('UNAUTHENTICATED', reason, remedy);
}

/** The identity and the user of a request. Without an identity, reading the user throws the reason. */
export async function authenticate(
  authenticator: Authenticator,
  request: IncomingMessage,
): Promise<{ identity: Identity | null; user: User }> {
  try {
    const identity = await authenticator.identify(request);
    return { identity, user: identity?.user ?? anonymous() };
  } catch (error) {
    if (!(error instanceof SequencerError) || error.code !== 'UNAUTHENTICATED') throw error;
    return { identity: null, user: anonymous(error) };
  }
}
