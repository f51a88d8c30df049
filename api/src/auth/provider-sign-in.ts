/** Sign-in at the site's OpenID Connect provider: handles `/oidc-login` and `/oidc-callback`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { z } from 'zod';
import type { Logger } from '../lib/log.ts';
import type { AuditLog } from './audit-log.ts';
import { ATTEMPT_COOKIE, SESSION_COOKIE, readCookie, removeCookie, writeCookie } from './cookie.ts';
import type { Authenticator } from './authenticator.ts';
import type { OidcFailure, OidcClient, ProviderUser } from './oidc-client.ts';
import type { OidcSessions } from './oidc-sessions.ts';

const ATTEMPT_MS = 10 * 60_000;

/** Stored in a cookie while the user is at the provider. */
const attemptSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  back: z.string(),
  silent: z.boolean(),
});
type Attempt = z.output<typeof attemptSchema>;

/** Failure codes for which the sign-in page has a text. */
type SignInFailure = OidcFailure | 'provider-away' | 'signed-out';

export class ProviderSignIn {
  readonly #client: OidcClient;
  /** The page to which the browser is redirected when the sign-in fails. */
  readonly #home: URL;
  readonly #authenticator: Authenticator;
  readonly #audit: AuditLog;
  readonly #log: Logger;

  constructor(
    oidc: { client: OidcClient; sessions: OidcSessions },
    home: URL,
    authenticator: Authenticator,
    audit: AuditLog,
    log: Logger,
  ) {
    this.#client = oidc.client;
    this.#home = home;
    this.#authenticator = authenticator;
    this.#audit = audit;
    this.#log = log;
  }

  /** Redirects the browser to the provider. */
  async login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URL(request.url ?? '', 'http://localhost').searchParams;
    const attempt: Attempt = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      back: this.#ownPage(query.get('back')),
      silent: query.has('silent'),
    };
    let url: URL;
    try {
      url = await this.#client.signInUrl(attempt, attempt.silent);
    } catch (error) {
      this.#log.error({ err: error }, 'the OpenID Connect provider is unreachable');
      this.#redirectFailed(response, 'provider-away');
      return;
    }
    const value = Buffer.from(JSON.stringify(attempt)).toString('base64url');
    writeCookie(
      ATTEMPT_COOKIE,
      response,
      value,
      this.#authenticator.clientAddresses.secure(request),
      new Date(Date.now() + ATTEMPT_MS),
    );
    redirect(response, url.href);
  }

  /** The provider has redirected the browser back. */
  async callback(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const secure = this.#authenticator.clientAddresses.secure(request);
    const address = this.#authenticator.clientAddresses.address(request);
    const cookie = readCookie(ATTEMPT_COOKIE, request, secure);
    removeCookie(ATTEMPT_COOKIE, response, secure);
    const attempt = readAttempt(cookie);
    const result = attempt ? await this.#exchangeCode(request, attempt) : 'not-finished';
    await this.#audit.write({
      at: new Date(),
      userName: typeof result === 'string' ? null : result.name,
      via: 'oidc',
      address,
      action: 'signIn',
      sequencer: null,
      run: null,
      line: null,
      details: '{}',
      result: typeof result === 'string' ? 'UNAUTHENTICATED' : 'DONE',
      message: typeof result === 'string' ? result : null,
    });
    if (!attempt || typeof result === 'string') {
      this.#redirectFailed(response, typeof result === 'string' ? result : 'not-finished');
      return;
    }
    const previous = readCookie(SESSION_COOKIE, request, secure);
    if (previous !== null) await this.#authenticator.sessions.endCookie(previous);
    await this.#authenticator.ownerGrants.record('oidc', result.name, result.grant);
    const session = await this.#authenticator.sessions.begin(result.name, 'oidc', result, address);
    writeCookie(SESSION_COOKIE, response, session.cookie, secure, session.row.expiresAt);
    // The cookie is not signed, so its content is not trusted.
    redirect(response, this.#ownPage(attempt.back));
  }

  async #exchangeCode(request: IncomingMessage, attempt: Attempt): Promise<ProviderUser | SignInFailure> {
    try {
      return await this.#client.exchangeCode(new URL(request.url ?? '', 'http://localhost').search, attempt);
    } catch (error) {
      if (attempt.silent && error instanceof client.AuthorizationResponseError) return 'signed-out';
      this.#log.warn({ err: error }, 'sign-in at the OpenID Connect provider failed');
      return 'not-finished';
    }
  }

  /** The path as a page of this site, or the home page. Prevents redirects to other sites. */
  #ownPage(path: string | null): string {
    const home = this.#home;
    const folder = home.pathname.replace(/[^/]*$/, '');
    const url = URL.canParse(path ?? '', home.href) ? new URL(path ?? '', home) : home;
    return url.origin === home.origin && url.pathname.startsWith(folder) ? url.href : home.href;
  }

  #redirectFailed(response: ServerResponse, why: SignInFailure): void {
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
    // The cookie was not written by this server.
    return null;
  }
}
