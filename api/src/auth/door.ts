/** Who a request is from, by every way in that the site has chosen. */
import type { IncomingMessage } from 'node:http';
import { SequencerError } from '@sequencer/model';
import type { Config } from '../config.ts';
import type { Peers } from '../http/peer.ts';
import type { Logger } from '../log.ts';
import type { Db } from '../store/database.ts';
import { ApiTokens } from './api-tokens.ts';
import { SESSION, readCookie } from './cookie.ts';
import { union, within } from './grants.ts';
import { People } from './people.ts';
import { isSame } from './secrets.ts';
import { Sessions } from './sessions.ts';
import type { Method } from './settings.ts';
import { USER_NAME, nobody, type User } from './user.ts';

export interface Identity {
  user: User;
  method: Method | 'token';
  /** In words for the audit: the method, or which token. */
  via: string;
  /** The hash of the session, when there is one that can be ended. */
  session: string | null;
  expiresAt: Date | null;
}

export class Door {
  readonly sessions: Sessions;
  readonly tokens: ApiTokens;
  /** Null where nobody signs in with a password. */
  readonly people: People | null;
  readonly peers: Peers;
  readonly #config: Config;

  /** Throws when the users file cannot be used. */
  constructor(config: Config, peers: Peers, db: Db, log: Logger) {
    this.#config = config;
    this.peers = peers;
    this.sessions = new Sessions(db, config.auth.sessionMs);
    this.tokens = new ApiTokens(db, log);
    this.people = config.auth.usersFile === null ? null : new People(config.auth.usersFile, db, log);
  }

  get methods(): readonly Method[] {
    return this.#config.auth.methods;
  }

  /** Null when nobody has signed in. Throws UNAUTHENTICATED for a token that does not count. */
  async identify(request: IncomingMessage): Promise<Identity | null> {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) return this.#byToken(token);
    if (this.methods.includes('none')) {
      const user: User = { name: this.#config.userName, role: 'ADMIN', sequencers: null };
      return { user, method: 'none', via: 'none', session: null, expiresAt: null };
    }
    return this.#byProxy(request) ?? (await this.#bySession(request));
  }

  /** Whether it is an account that admins have made, not the users file, that lets them in. */
  byAccount({ method, user }: Identity): boolean {
    return method === 'password' && !this.people?.file.find(user.name);
  }

  async #byToken(token: string): Promise<Identity> {
    const row = await this.tokens.find(token);
    const owner = row?.ownerHasPassword ? await this.people?.find(row.owner) : null;
    if (!row || (row.ownerHasPassword && !owner)) {
      throw new SequencerError(
        'UNAUTHENTICATED',
        'The token is not known, has expired or was revoked. Make a new one.',
      );
    }
    const grant = owner ? within(owner.grant, row) : row;
    const user: User = { name: row.owner, role: grant.role, sequencers: grant.sequencers };
    return { user, method: 'token', via: `token ${row.name}`, session: null, expiresAt: row.expiresAt };
  }

  /** The proxy has signed the person in. It has to come from its address, and to know the secret. */
  #byProxy(request: IncomingMessage): Identity | null {
    const { proxy, roleGroups } = this.#config.auth;
    if (!proxy || !this.peers.trusted(request)) return null;
    const header = (name: string) => [request.headers[name]].flat().join(',').trim();
    if (!isSame(header('x-sequencer-proxy-secret'), proxy.secret)) return null;
    const name = header(proxy.userHeader).normalize('NFC');
    if (!USER_NAME.test(name)) return null;
    const groups = header(proxy.groupsHeader).split(/[,;|]/);
    const grant = union(groups.flatMap((group) => roleGroups.get(group.trim()) ?? []));
    if (!grant) return null;
    return { user: { name, ...grant }, method: 'proxy', via: 'proxy', session: null, expiresAt: null };
  }

  async #bySession(request: IncomingMessage): Promise<Identity | null> {
    const cookie = readCookie(SESSION, request, this.peers.secure(request));
    const row = cookie === null ? null : await this.sessions.find(cookie);
    // A way in that the site has closed is closed for those who are in, too.
    if (!row || !this.methods.includes(row.method)) return null;
    const { hash: session, expiresAt, method } = row;
    const person = method === 'password' ? await this.people?.find(row.userName) : null;
    const fromProvider = method === 'oidc' && row.role ? { role: row.role, sequencers: row.sequencers } : null;
    const grant = person?.grant ?? fromProvider;
    if (!grant) return null;
    return { user: { name: row.userName, ...grant }, method, via: method, session, expiresAt };
  }
}

/** The identity of a request, and the user to act as; who has none fails when it is read, and says why. */
export async function whoAsks(
  door: Door,
  request: IncomingMessage,
): Promise<{ identity: Identity | null; user: User }> {
  try {
    const identity = await door.identify(request);
    return { identity, user: identity?.user ?? nobody() };
  } catch (error) {
    if (!(error instanceof SequencerError) || error.code !== 'UNAUTHENTICATED') throw error;
    return { identity: null, user: nobody(error.message) };
  }
}
