/** The settings for sign-in. `none` is for a laptop; an API that is reachable beyond loopback needs another method. */
import { SIGN_IN_METHODS, type SignInMethod } from '@sequencer/model';
import { z } from 'zod';
import { parseProxies, type ProxyList } from '../lib/trusted-proxies.ts';
import { SCOPES_NOT_ENFORCED, parseGrant, type Grant } from './grants.ts';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

export const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((word) => (word.trim() ? [word.trim()] : [])));

function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.includes(hostname.replace(/^\[|\]$/g, ''));
}

/** Whether the traffic cannot be read or changed on its way: it is encrypted, or stays on this machine. */
function isPrivateChannel(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

const TRUSTED_PROXIES_ERROR = 'must be a list of addresses, networks and names, like 127.0.0.1,192.0.2.0/28,host:web.';
const ROLE_GROUPS_ERROR = 'must be a list like observers=operator,satp1-crew=operator@satp1,heads=admin.';

export const authSettings = {
  HOST: z.string().default('127.0.0.1'),
  AUTH: list
    .transform((words) => (words.length === 0 ? ['none'] : words))
    .pipe(z.array(z.enum(SIGN_IN_METHODS, 'must be none, or a comma-separated list of password, oidc and proxy.'))),
  USERS_FILE: z.string().optional(),
  /** Whether scripts can read the secrets of the API, and if so, whether grants for single sequencers are refused or accepted. */
  SHARED_UNIX_USER: z.enum(['no', 'refuse', 'accept'], { error: 'must be no, refuse or accept.' }).default('no'),
  SESSION_HOURS: z.coerce
    .number('must be a number.')
    .positive('must be greater than 0.')
    .max(24 * 31, 'must be at most a month.')
    .default(24),
  /** How long an API token of a proxy or provider user works after the last sign-in of its owner. */
  GRANT_DAYS: z.coerce
    .number('must be a number.')
    .positive('must be greater than 0.')
    .max(366, 'must be at most a year.')
    .default(7),
  /** The maximum age of a connection that was authenticated by a proxy. Then the client reconnects and the proxy checks it again. */
  PROXY_RECHECK_SECONDS: z.coerce
    .number('must be a number.')
    .positive('must be greater than 0.')
    .max(3600, 'must be at most an hour.')
    .default(300),
  /** How long a role from the provider is valid before the provider is queried again. */
  OIDC_RECHECK_MINUTES: z.coerce
    .number('must be a number.')
    .positive('must be greater than 0.')
    .max(1440, 'must be at most a day.')
    .default(60),
  /** The address of the pages as browsers see it: `https://site.example/nextline/`. */
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address like https://site.example/nextline/.' })
    .optional(),
  /** The proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted, and which may name the user with AUTH=proxy. */
  TRUSTED_PROXIES: list.transform((words, context) => {
    try {
      return parseProxies(words);
    } catch {
      context.addIssue({ code: 'custom', message: TRUSTED_PROXIES_ERROR });
      return z.NEVER;
    }
  }),
  PROXY_SECRET: z.string().min(16, 'must have at least 16 characters.').optional(),
  PROXY_USER_HEADER: z.string().toLowerCase().default('x-forwarded-user'),
  PROXY_GROUPS_HEADER: z.string().toLowerCase().default('x-forwarded-groups'),
  OIDC_ISSUER: z
    .url('must be the address of the provider.')
    .refine((url) => isPrivateChannel(new URL(url)), 'must be https, or on this machine.')
    .optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_CALLBACK_PATH: z
    .string()
    .regex(/^([\w.~-]+\/)*$/, 'must be a path like api/.')
    .default(''),
  OIDC_SCOPE: z.string().default('openid profile'),
  OIDC_NAME_CLAIM: z.string().default('preferred_username'),
  OIDC_ROLE_CLAIM: z.string().default('groups'),
  /** The role of each group of the proxy or provider. */
  ROLE_GROUPS: list.transform((words, context): Map<string, Grant> => {
    const grants = words.map((word) => {
      const at = word.lastIndexOf('=');
      return [word.slice(0, at).normalize('NFC'), at > 0 ? parseGrant(word.slice(at + 1)) : null] as const;
    });
    if (grants.every((pair): pair is readonly [string, Grant] => pair[1] !== null)) return new Map(grants);
    context.addIssue({ code: 'custom', message: ROLE_GROUPS_ERROR });
    return z.NEVER;
  }),
};

const schema = z.object(authSettings);
type Values = z.output<typeof schema>;

export interface AuthConfig {
  methods: readonly SignInMethod[];
  usersFile: string | null;
  /** Whether a grant for some sequencers is enforced: scripts cannot read the secrets of the API. */
  enforcesScopes: boolean;
  sessionMs: number;
  ownerGrantMs: number;
  proxyRecheckMs: number;
  publicUrl: URL | null;
  trustedProxies: ProxyList;
  proxy: { secret: string; userHeader: string; groupsHeader: string } | null;
  oidc: {
    issuer: URL;
    clientId: string;
    clientSecret: string | null;
    /** The address of the API, as browsers see it. */
    base: URL;
    scope: string;
    nameClaim: string;
    roleClaim: string;
    recheckMs: number;
  } | null;
  roleGroups: ReadonlyMap<string, Grant>;
}

export function authConfig(value: Values): AuthConfig {
  const uses = (method: SignInMethod) => value.AUTH.includes(method);
  return {
    methods: value.AUTH,
    usersFile: uses('password') ? (value.USERS_FILE ?? null) : null,
    enforcesScopes: value.SHARED_UNIX_USER !== 'refuse',
    sessionMs: value.SESSION_HOURS * 3_600_000,
    ownerGrantMs: value.GRANT_DAYS * 86_400_000,
    proxyRecheckMs: value.PROXY_RECHECK_SECONDS * 1000,
    publicUrl: value.PUBLIC_URL === undefined ? null : new URL(value.PUBLIC_URL),
    trustedProxies: value.TRUSTED_PROXIES,
    proxy: uses('proxy')
      ? {
          secret: value.PROXY_SECRET ?? '',
          userHeader: value.PROXY_USER_HEADER,
          groupsHeader: value.PROXY_GROUPS_HEADER,
        }
      : null,
    oidc: uses('oidc')
      ? {
          issuer: new URL(value.OIDC_ISSUER ?? ''),
          clientId: value.OIDC_CLIENT_ID ?? '',
          clientSecret: value.OIDC_CLIENT_SECRET ?? null,
          base: new URL(value.OIDC_CALLBACK_PATH, value.PUBLIC_URL),
          scope: value.OIDC_SCOPE,
          nameClaim: value.OIDC_NAME_CLAIM,
          roleClaim: value.OIDC_ROLE_CLAIM,
          recheckMs: value.OIDC_RECHECK_MINUTES * 60_000,
        }
      : null,
    roleGroups: value.ROLE_GROUPS,
  };
}

/** Problems of combinations of settings. The schema reports those of a single setting. */
export function authConflicts(env: Record<string, string | undefined>): { path: string; message: string }[] {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const host = parsed.error.issues.some(({ path }) => path[0] === 'HOST' || path[0] === 'AUTH');
    return host ? [] : authConflicts({ HOST: env.HOST, AUTH: env.AUTH, ...PLACEHOLDERS });
  }
  const value = parsed.data;
  const uses = (method: SignInMethod) => value.AUTH.includes(method);
  const missing = (needed: boolean, path: keyof Values, message: string) =>
    needed && (value[path] === undefined || value[path] === '') ? [{ path, message }] : [];
  const groups = (uses('oidc') || uses('proxy')) && value.ROLE_GROUPS.size === 0;
  return [
    ...(uses('none') && !LOOPBACK.includes(value.HOST)
      ? [
          {
            path: 'HOST',
            message:
              'must be a loopback address (127.0.0.1, ::1 or localhost) without sign-in. To allow access from other machines, set AUTH=password and USERS_FILE.',
          },
        ]
      : []),
    ...(uses('none') && value.PUBLIC_URL !== undefined && !isLoopback(new URL(value.PUBLIC_URL))
      ? [
          {
            path: 'PUBLIC_URL',
            message:
              'must be on this machine (127.0.0.1, [::1] or localhost) without sign-in, because every visitor is an admin. Set AUTH=password and USERS_FILE, or remove PUBLIC_URL.',
          },
        ]
      : []),
    ...(uses('none') && value.AUTH.length > 1
      ? [{ path: 'AUTH', message: 'none cannot be combined with other methods.' }]
      : []),
    ...missing(
      uses('password'),
      'USERS_FILE',
      'is required by AUTH=password: a file with one line for each user, as printed by hash-password.',
    ),
    ...missing(uses('proxy'), 'PROXY_SECRET', 'is required by AUTH=proxy: the proxy authenticates to the API with it.'),
    ...(uses('proxy') && !env.TRUSTED_PROXIES
      ? [{ path: 'TRUSTED_PROXIES', message: 'is required by AUTH=proxy: the addresses of the proxy.' }]
      : []),
    ...missing(uses('oidc'), 'OIDC_ISSUER', 'is required by AUTH=oidc: the address of the provider.'),
    ...missing(uses('oidc'), 'OIDC_CLIENT_ID', 'is required by AUTH=oidc: the id of this client at the provider.'),
    ...missing(uses('oidc'), 'PUBLIC_URL', 'is required by AUTH=oidc: the provider redirects users to it.'),
    ...(value.SHARED_UNIX_USER === 'refuse' && [...value.ROLE_GROUPS.values()].some(({ sequencers }) => sequencers)
      ? [{ path: 'ROLE_GROUPS', message: SCOPES_NOT_ENFORCED }]
      : []),
    ...(groups
      ? [{ path: 'ROLE_GROUPS', message: 'is required by AUTH=oidc and AUTH=proxy: the role of each group.' }]
      : []),
  ];
}

/** Replaces invalid settings, so that HOST and AUTH are checked nevertheless. */
const PLACEHOLDERS = {
  USERS_FILE: '-',
  PROXY_SECRET: '-'.repeat(16),
  TRUSTED_PROXIES: '127.0.0.1',
  OIDC_ISSUER: 'https://localhost',
  OIDC_CLIENT_ID: '-',
  PUBLIC_URL: 'https://localhost',
  ROLE_GROUPS: '-=viewer',
};
