/** Client of the site's OpenID Connect provider: authorization code flow with PKCE. */
import * as client from 'openid-client';
import { union, type Grant } from './grants.ts';
import type { ProviderGrant } from './sessions.ts';
import type { AuthConfig } from './settings.ts';
import { USER_NAME } from './user.ts';

const TIMEOUT_S = 10;

/** Stored in a cookie while the user is at the provider. */
export interface Checks {
  state: string;
  nonce: string;
  verifier: string;
}

export interface ProviderUser extends ProviderGrant {
  name: string;
}

/** Why a sign-in at the provider failed. */
export type OidcFailure = 'not-finished' | 'no-name' | 'no-role';

type Tokens = client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;

export class OidcClient {
  readonly #oidc: NonNullable<AuthConfig['oidc']>;
  readonly #roleGroups: AuthConfig['roleGroups'];
  #discovered: Promise<client.Configuration> | null = null;

  constructor(oidc: NonNullable<AuthConfig['oidc']>, roleGroups: AuthConfig['roleGroups']) {
    this.#oidc = oidc;
    this.#roleGroups = roleGroups;
  }

  get callback(): URL {
    return new URL('oidc-callback', this.#oidc.base);
  }

  /**
   * The address at the provider to which the browser is redirected. Throws when the provider is unreachable.
   *
   * @param silent succeed only if the user is signed in at the provider, without interaction (`prompt=none`)
   */
  async signInUrl({ state, nonce, verifier }: Checks, silent: boolean): Promise<URL> {
    return client.buildAuthorizationUrl(await this.#discover(), {
      redirect_uri: this.callback.href,
      scope: this.#oidc.scope,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...(silent ? { prompt: 'none' } : {}),
    });
  }

  /**
   * The user whom the provider confirmed. Throws when the provider refuses or is unreachable.
   *
   * @param search the query of the callback address
   */
  async exchangeCode(search: string, { state, nonce, verifier }: Checks): Promise<ProviderUser | OidcFailure> {
    const url = new URL(this.callback);
    url.search = search;
    const provider = await this.#discover();
    const tokens = await client.authorizationCodeGrant(provider, url, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const subject = tokens.claims()?.sub;
    return subject === undefined ? 'not-finished' : this.#read(provider, tokens, subject);
  }

  /** Refreshes the user's name and groups. Throws when the provider is unreachable. */
  async renew(refreshToken: string, subject: string): Promise<ProviderUser | OidcFailure> {
    const provider = await this.#discover();
    try {
      const tokens = await client.refreshTokenGrant(provider, refreshToken);
      if ((tokens.claims()?.sub ?? subject) !== subject) return 'not-finished';
      const user = await this.#read(provider, tokens, subject);
      if (typeof user === 'string') return user;
      return { ...user, refreshToken: user.refreshToken ?? refreshToken };
    } catch (error) {
      if (isRejection(error)) return 'not-finished';
      throw error;
    }
  }

  async #read(provider: client.Configuration, tokens: Tokens, subject: string): Promise<ProviderUser | OidcFailure> {
    const userInfo = provider.serverMetadata().userinfo_endpoint
      ? await client.fetchUserInfo(provider, tokens.access_token, subject)
      : {};
    const claims = { ...userInfo, ...tokens.claims() };
    const { nameClaim, roleClaim, recheckMs } = this.#oidc;
    const name = claimOf(claims, nameClaim);
    if (typeof name !== 'string' || !USER_NAME.test(name.normalize('NFC'))) return 'no-name';
    const groups = [claimOf(claims, roleClaim)].flat();
    const grant: Grant | null = union(
      groups.flatMap((group) => this.#roleGroups.get(String(group).normalize('NFC')) ?? []),
    );
    if (!grant) return 'no-role';
    return {
      name: name.normalize('NFC'),
      grant,
      until: new Date(Date.now() + recheckMs),
      subject,
      refreshToken: tokens.refresh_token ?? null,
    };
  }

  #discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#oidc;
    const authentication = clientSecret === null ? client.None() : client.ClientSecretPost(clientSecret);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- Settings allow it on loopback only.
    const execute = issuer.protocol === 'http:' ? { execute: [client.allowInsecureRequests] } : {};
    this.#discovered ??= client
      .discovery(issuer, clientId, undefined, authentication, { ...execute, timeout: TIMEOUT_S })
      .catch((error: unknown) => {
        this.#discovered = null;
        throw error;
      });
    return this.#discovered;
  }
}

/** Whether the provider refused the request, as opposed to a failure of the provider. */
function isRejection(error: unknown): boolean {
  if (error instanceof client.ResponseBodyError) return error.status < 500;
  return error instanceof client.WWWAuthenticateChallengeError;
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
