/** The settings of who may come in. `none` is for a laptop; beyond loopback one of the others has to be chosen. */
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

/** Whether nobody on the way can read or change what is said there. */
function isPrivateChannel(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

const TRUSTED_PROXIES_ERROR =
  'TRUSTED_PROXIES has to be a list of addresses, networks and names, like 127.0.0.1,192.0.2.0/28,host:web.';
const ROLE_GROUPS_ERROR = 'ROLE_GROUPS has to be a list like observers=operator,satp1-crew=operator@satp1,heads=admin.';

export const authSettings = {
  HOST: z.string().default('127.0.0.1'),
  AUTH: list
    .transform((words) => (words.length === 0 ? ['none'] : words))
    .pipe(
      z.array(z.enum(SIGN_IN_METHODS, 'AUTH has to be none, or some of password, oidc and proxy with commas between.')),
    ),
  USERS_FILE: z.string().optional(),
  /** Whether scripts can read the secrets of the API, and if so, whether grants are allowed that this defeats. */
  SHARED_UNIX_USER: z
    .enum(['no', 'refuse', 'accept'], { error: 'SHARED_UNIX_USER has to be no, refuse or accept.' })
    .default('no'),
  SESSION_HOURS: z.coerce
    .number('SESSION_HOURS has to be a number.')
    .positive('SESSION_HOURS has to be above 0.')
    .max(24 * 31, 'SESSION_HOURS may be a month at most.')
    .default(24),
  /** How long API tokens of users of a proxy or a provider work after the last sign-in of their owner. */
  GRANT_DAYS: z.coerce
    .number('GRANT_DAYS has to be a number.')
    .positive('GRANT_DAYS has to be above 0.')
    .max(366, 'GRANT_DAYS may be a year at most.')
    .default(7),
  /** How old a connection that a proxy let in gets: then the proxy is asked again. */
  PROXY_RECHECK_SECONDS: z.coerce
    .number('PROXY_RECHECK_SECONDS has to be a number.')
    .positive('PROXY_RECHECK_SECONDS has to be above 0.')
    .max(3600, 'PROXY_RECHECK_SECONDS may be an hour at most.')
    .default(300),
  /** How long a role from the provider is valid before it is queried again. */
  OIDC_RECHECK_MINUTES: z.coerce
    .number('OIDC_RECHECK_MINUTES has to be a number.')
    .positive('OIDC_RECHECK_MINUTES has to be above 0.')
    .max(1440, 'OIDC_RECHECK_MINUTES may be a day at most.')
    .default(60),
  /** Where browsers find the pages: `https://site.example/nextline/`. */
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'PUBLIC_URL has to be like https://site.example/nextline/.' })
    .optional(),
  /** Whose X-Forwarded-For and X-Forwarded-Proto are believed, and who may name users in the mode proxy. */
  TRUSTED_PROXIES: list.transform((words, context) => {
    try {
      return parseProxies(words);
    } catch {
      context.addIssue({ code: 'custom', message: TRUSTED_PROXIES_ERROR });
      return z.NEVER;
    }
  }),
  PROXY_SECRET: z.string().min(16, 'PROXY_SECRET has to have at least 16 characters.').optional(),
  PROXY_USER_HEADER: z.string().toLowerCase().default('x-forwarded-user'),
  PROXY_GROUPS_HEADER: z.string().toLowerCase().default('x-forwarded-groups'),
  OIDC_ISSUER: z
    .url('OIDC_ISSUER has to be the address of the provider.')
    .refine((url) => isPrivateChannel(new URL(url)), 'OIDC_ISSUER has to be https, or on this machine.')
    .optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_CALLBACK_PATH: z
    .string()
    .regex(/^([\w.~-]+\/)*$/, 'OIDC_CALLBACK_PATH has to be a path like api/.')
    .default(''),
  OIDC_SCOPE: z.string().default('openid profile'),
  OIDC_NAME_CLAIM: z.string().default('preferred_username'),
  OIDC_ROLE_CLAIM: z.string().default('groups'),
  /** Which group of a proxy or provider has which role. */
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
  /** Whether an operator of some sequencers can be kept from the others. */
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
    /** Where the API is, as browsers see it. */
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

/** What does not go together, a sentence each. Settings that are wrong by themselves are told by the schema. */
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
              'without sign-in it has to be a loopback address (127.0.0.1, ::1 or localhost). Set AUTH=password and USERS_FILE to be reached from elsewhere.',
          },
        ]
      : []),
    ...(uses('none') && value.PUBLIC_URL !== undefined && !isLoopback(new URL(value.PUBLIC_URL))
      ? [
          {
            path: 'PUBLIC_URL',
            message:
              'without sign-in it has to be on this machine (127.0.0.1, [::1] or localhost), as every visitor is an admin. Set AUTH=password and USERS_FILE, or leave it out.',
          },
        ]
      : []),
    ...(uses('none') && value.AUTH.length > 1
      ? [{ path: 'AUTH', message: 'none cannot be together with a way to sign in.' }]
      : []),
    ...missing(
      uses('password'),
      'USERS_FILE',
      'AUTH=password needs it: the file with a line for each user, made by hash-password.',
    ),
    ...missing(uses('proxy'), 'PROXY_SECRET', 'AUTH=proxy needs it: the proxy proves with it that it is the proxy.'),
    ...(uses('proxy') && !env.TRUSTED_PROXIES
      ? [{ path: 'TRUSTED_PROXIES', message: 'AUTH=proxy needs it: the addresses of the proxy.' }]
      : []),
    ...missing(uses('oidc'), 'OIDC_ISSUER', 'AUTH=oidc needs it: the address of the provider.'),
    ...missing(uses('oidc'), 'OIDC_CLIENT_ID', 'AUTH=oidc needs it: the name of this client at the provider.'),
    ...missing(uses('oidc'), 'PUBLIC_URL', 'AUTH=oidc needs it: the provider sends people back there.'),
    ...(value.SHARED_UNIX_USER === 'refuse' && [...value.ROLE_GROUPS.values()].some(({ sequencers }) => sequencers)
      ? [{ path: 'ROLE_GROUPS', message: SCOPES_NOT_ENFORCED }]
      : []),
    ...(groups
      ? [{ path: 'ROLE_GROUPS', message: 'AUTH=oidc and AUTH=proxy need it: which group has which role.' }]
      : []),
  ];
}

/** Stands in for settings that are wrong, so that HOST and AUTH are looked at all the same. */
const PLACEHOLDERS = {
  USERS_FILE: '-',
  PROXY_SECRET: '-'.repeat(16),
  TRUSTED_PROXIES: '127.0.0.1',
  OIDC_ISSUER: 'https://localhost',
  OIDC_CLIENT_ID: '-',
  PUBLIC_URL: 'https://localhost',
  ROLE_GROUPS: '-=viewer',
};
