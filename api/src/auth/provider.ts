/** Signing in at the site's provider of identities: the addresses that a browser goes by. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { z } from 'zod';
import type { Logger } from '../lib/log.ts';
import type { AuditLog } from './audit-log.ts';
import { AT_PROVIDER, SESSION, readCookie, removeCookie, writeCookie } from './cookie.ts';
import type { Door } from './door.ts';
import type { NotConfirmed, OidcClient, Person } from './oidc-client.ts';
import type { OidcSessions } from './oidc-sessions.ts';

const ATTEMPT_MS = 10 * 60_000;

/** What the browser keeps while its person is at the provider. */
const attemptSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  back: z.string(),
  silent: z.boolean(),
});
type Attempt = z.output<typeof attemptSchema>;

/** Words that the page of the sign-in knows sentences for. */
type Refusal = NotConfirmed | 'provider-away' | 'signed-out';

export class Provider {
  readonly #client: OidcClient;
  /** The page that people are sent to when the sign-in does not succeed. */
  readonly #home: URL;
  readonly #door: Door;
  readonly #audit: AuditLog;
  readonly #log: Logger;

  constructor(
    oidc: { client: OidcClient; sessions: OidcSessions },
    home: URL,
    door: Door,
    audit: AuditLog,
    log: Logger,
  ) {
    this.#client = oidc.client;
    this.#home = home;
    this.#door = door;
    this.#audit = audit;
    this.#log = log;
  }

  /** Sends the browser to the provider. */
  async login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = new URL(request.url ?? '', 'http://localhost').searchParams;
    const attempt: Attempt = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      back: this.#ownPage(asked.get('back')),
      silent: asked.has('silent'),
    };
    let url: URL;
    try {
      url = await this.#client.signInUrl(attempt, attempt.silent);
    } catch (error) {
      this.#log.error({ err: error }, 'the provider cannot be reached');
      this.#refuse(response, 'provider-away');
      return;
    }
    const value = Buffer.from(JSON.stringify(attempt)).toString('base64url');
    writeCookie(AT_PROVIDER, response, value, this.#door.peers.secure(request), new Date(Date.now() + ATTEMPT_MS));
    redirect(response, url.href);
  }

  /** The browser comes back from the provider. */
  async callback(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const secure = this.#door.peers.secure(request);
    const address = this.#door.peers.address(request);
    const cookie = readCookie(AT_PROVIDER, request, secure);
    removeCookie(AT_PROVIDER, response, secure);
    const attempt = readAttempt(cookie);
    const person = attempt ? await this.#person(request, attempt) : 'not-finished';
    await this.#audit.write({
      at: new Date(),
      userName: typeof person === 'string' ? null : person.name,
      via: 'oidc',
      address,
      action: 'signIn',
      sequencer: null,
      run: null,
      line: null,
      details: '{}',
      result: typeof person === 'string' ? 'UNAUTHENTICATED' : 'DONE',
      message: typeof person === 'string' ? person : null,
    });
    if (!attempt || typeof person === 'string') {
      this.#refuse(response, typeof person === 'string' ? person : 'not-finished');
      return;
    }
    const before = readCookie(SESSION, request, secure);
    if (before !== null) await this.#door.sessions.endCookie(before);
    await this.#door.ownerGrants.seen('oidc', person.name, person.grant);
    const session = await this.#door.sessions.begin(person.name, 'oidc', person, address);
    writeCookie(SESSION, response, session.cookie, secure, session.row.expiresAt);
    // The cookie is not signed, so its content is not trusted.
    redirect(response, this.#ownPage(attempt.back));
  }

  async #person(request: IncomingMessage, attempt: Attempt): Promise<Person | Refusal> {
    try {
      return await this.#client.person(new URL(request.url ?? '', 'http://localhost').search, attempt);
    } catch (error) {
      if (attempt.silent && error instanceof client.AuthorizationResponseError) return 'signed-out';
      this.#log.warn({ err: error }, 'a sign-in at the provider did not succeed');
      return 'not-finished';
    }
  }

  /** A page of ours, whatever the address says: nobody is sent on to another site. */
  #ownPage(path: string | null): string {
    const home = this.#home;
    const folder = home.pathname.replace(/[^/]*$/, '');
    const url = URL.canParse(path ?? '', home.href) ? new URL(path ?? '', home) : home;
    return url.origin === home.origin && url.pathname.startsWith(folder) ? url.href : home.href;
  }

  #refuse(response: ServerResponse, why: Refusal): void {
    const url = new URL(this.#home);
    url.searchParams.set('refused', why);
    redirect(response, url.href);
  }
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location, 'cache-control': 'no-store' }).end();
}

function readAttempt(cookie: string | null): Attempt | null {
  if (cookie === null) return null;
  try {
    return attemptSchema.parse(JSON.parse(Buffer.from(cookie, 'base64url').toString()));
  } catch {
    // Not written by us.
    return null;
  }
}
