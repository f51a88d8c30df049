/** Signing in at the site's provider of identities: OpenID Connect, the authorization code with PKCE. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { z } from 'zod';
import type { Logger } from '../log.ts';
import type { AuditLog } from './audit-log.ts';
import { AT_PROVIDER, SESSION, readCookie, removeCookie, writeCookie } from './cookie.ts';
import type { Door } from './door.ts';
import { union, type Grant } from './grants.ts';
import type { AuthConfig } from './settings.ts';
import { USER_NAME } from './user.ts';

const UNDER_WAY_MS = 10 * 60_000;

/** What the browser keeps while its person is at the provider. */
const underWaySchema = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), back: z.string() });

/** Words that the page of the sign-in knows sentences for. */
type Refusal = 'provider-away' | 'not-finished' | 'no-name' | 'no-role';

interface Person {
  name: string;
  grant: Grant;
}

export class Provider {
  readonly #oidc: NonNullable<AuthConfig['oidc']>;
  readonly #auth: AuthConfig;
  readonly #door: Door;
  readonly #audit: AuditLog;
  readonly #log: Logger;
  #discovered: Promise<client.Configuration> | null = null;

  constructor(oidc: NonNullable<AuthConfig['oidc']>, auth: AuthConfig, door: Door, audit: AuditLog, log: Logger) {
    this.#oidc = oidc;
    this.#auth = auth;
    this.#door = door;
    this.#audit = audit;
    this.#log = log;
  }

  /** Sends the browser to the provider. */
  async login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = new URL(request.url ?? '', 'http://localhost').searchParams;
    const state = client.randomState();
    const nonce = client.randomNonce();
    const verifier = client.randomPKCECodeVerifier();
    const back = this.#ownPage(asked.get('back'));
    let provider: client.Configuration;
    try {
      provider = await this.#discover();
    } catch (error) {
      this.#log.error({ err: error, issuer: this.#oidc.issuer.href }, 'the provider cannot be reached');
      this.#refuse(response, 'provider-away');
      return;
    }
    const value = Buffer.from(JSON.stringify({ state, nonce, verifier, back })).toString('base64url');
    writeCookie(AT_PROVIDER, response, value, this.#door.peers.secure(request), new Date(Date.now() + UNDER_WAY_MS));
    const url = client.buildAuthorizationUrl(provider, {
      redirect_uri: this.#callback.href,
      scope: this.#oidc.scope,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    redirect(response, url.href);
  }

  /** The browser comes back from the provider. */
  async callback(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const secure = this.#door.peers.secure(request);
    const address = this.#door.peers.address(request);
    const cookie = readCookie(AT_PROVIDER, request, secure);
    removeCookie(AT_PROVIDER, response, secure);
    const underWay = readUnderWay(cookie);
    const person = underWay ? await this.#person(request, underWay) : 'not-finished';
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
    if (!underWay || typeof person === 'string') {
      this.#refuse(response, typeof person === 'string' ? person : 'not-finished');
      return;
    }
    const before = readCookie(SESSION, request, secure);
    if (before !== null) await this.#door.sessions.endCookie(before);
    const session = await this.#door.sessions.begin(person.name, 'oidc', person.grant, address);
    writeCookie(SESSION, response, session.cookie, secure, session.row.expiresAt);
    redirect(response, underWay.back);
  }

  async #person(request: IncomingMessage, underWay: z.output<typeof underWaySchema>): Promise<Person | Refusal> {
    const url = new URL(this.#callback);
    url.search = new URL(request.url ?? '', 'http://localhost').search;
    try {
      const provider = await this.#discover();
      const tokens = await client.authorizationCodeGrant(provider, url, {
        pkceCodeVerifier: underWay.verifier,
        expectedState: underWay.state,
        expectedNonce: underWay.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) return 'not-finished';
      const more = provider.serverMetadata().userinfo_endpoint
        ? await client.fetchUserInfo(provider, tokens.access_token, claims.sub)
        : {};
      return this.#read({ ...more, ...claims });
    } catch (error) {
      this.#log.warn({ err: error }, 'a sign-in at the provider did not succeed');
      return 'not-finished';
    }
  }

  #read(claims: Record<string, unknown>): Person | Refusal {
    const { nameClaim, roleClaim } = this.#oidc;
    const name = claimOf(claims, nameClaim);
    if (typeof name !== 'string' || !USER_NAME.test(name.normalize('NFC'))) return 'no-name';
    const groups = [claimOf(claims, roleClaim)].flat();
    const grant = union(groups.flatMap((group) => this.#auth.roleGroups.get(String(group)) ?? []));
    return grant ? { name: name.normalize('NFC'), grant } : 'no-role';
  }

  #discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#oidc;
    const authentication = clientSecret === null ? client.None() : client.ClientSecretPost(clientSecret);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- Settings allow it on loopback only.
    const execute = issuer.protocol === 'http:' ? { execute: [client.allowInsecureRequests] } : {};
    this.#discovered ??= client
      .discovery(issuer, clientId, undefined, authentication, execute)
      .catch((error: unknown) => {
        this.#discovered = null;
        throw error;
      });
    return this.#discovered;
  }

  get #callback(): URL {
    return new URL('oidc-callback', this.#oidc.base);
  }

  get #home(): URL {
    return this.#auth.publicUrl ?? this.#oidc.base;
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

function readUnderWay(cookie: string | null): z.output<typeof underWaySchema> | null {
  if (cookie === null) return null;
  try {
    return underWaySchema.parse(JSON.parse(Buffer.from(cookie, 'base64url').toString()));
  } catch {
    // Not written by us.
    return null;
  }
}

/** A claim by its name, or by a path like realm_access.roles. */
function claimOf(claims: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split('.').reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined;
  }, claims);
}
