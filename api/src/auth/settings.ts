/** The settings for sign-in. `none` is for a laptop; an API that is reachable beyond loopback needs another method. */
import { SIGN_IN_METHODS, type SignInMethod } from '@sequencer/model';
import { list, oneOf, positiveNumber } from '@sequencer/model/setting-types';
import { documentation, type Environment, type SettingProblem, type Settings } from '@sequencer/model/settings';
import { z } from 'zod';
import { parseProxies } from '../lib/trusted-proxies.ts';
import { SCOPES_NOT_ENFORCED, parseGrant, type Grant } from './grants.ts';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.includes(hostname.replace(/^\[|\]$/g, ''));
}

/** Whether the traffic cannot be read or changed on its way: it is encrypted, or stays on this machine. */
function isPrivateChannel(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

const proxies = list.transform((words, context) => {
  try {
    return parseProxies(words);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a list of addresses, networks and names' });
    return z.NEVER;
  }
});

const roleGroups = list.transform((words, context): ReadonlyMap<string, Grant> => {
  const grants = words.map((word) => {
    const at = word.lastIndexOf('=');
    return [word.slice(0, at).normalize('NFC'), at > 0 ? parseGrant(word.slice(at + 1)) : null] as const;
  });
  if (grants.every((pair): pair is readonly [string, Grant] => pair[1] !== null)) return new Map(grants);
  context.addIssue({ code: 'custom', message: 'must be a list of groups, each with its role' });
  return z.NEVER;
});

/** The addresses of the API. Sign-in depends on them. */
export const addressSettings = {
  HOST: z.string().prefault('127.0.0.1').register(documentation, {
    description:
      'the address to listen on. Any address other than `127.0.0.1`, `::1` and `localhost` requires [sign-in](#sign-in)',
    example: '0.0.0.0',
  }),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://' })
    .optional()
    .register(documentation, {
      description:
        'the address of the pages in the browser. Its host and origin are allowed. With `https` the session cookie is `Secure`',
      example: 'https://site.example/nextline/',
    }),
  TRUSTED_PROXIES: proxies.prefault('').register(documentation, {
    description:
      "the site's proxies: addresses, networks, and names such as `host:web`, which are resolved every 10 s. `X-Forwarded-For` and `X-Forwarded-Proto` are believed only from these. List nothing in which scripts run: a network of containers may include the runners",
    example: '127.0.0.1,192.0.2.0/28,host:web',
  }),
};

export const signInSettings = {
  AUTH: list
    .transform((words) => (words.length === 0 ? ['none'] : words))
    .pipe(z.array(z.enum(SIGN_IN_METHODS, 'must be none, or a comma-separated list of password, oidc and proxy')))
    .prefault('none')
    .register(documentation, {
      description:
        'the sign-in methods, separated by commas: `password`, `oidc`, `proxy`. With `none` everybody on the machine may do everything: `HOST` and `PUBLIC_URL` must be loopback, and requests that a proxy passed on are refused',
      example: 'password,oidc',
    }),
  SESSION_HOURS: positiveNumber(24 * 31)
    .prefault('24')
    .register(documentation, {
      description: 'how long a browser stays signed in, at most 744 hours',
      unit: 'hours',
      example: '12',
    }),
  GRANT_DAYS: positiveNumber(366).prefault('7').register(documentation, {
    description:
      'how long the API tokens of a user of `proxy` or `oidc` work without a new sign-in of that user, at most 366 days. A request through the proxy, and a role that the provider confirms again, count as a sign-in. The API learns of a lost role only at these moments',
    unit: 'days',
    example: '30',
  }),
  USERS_FILE: z.string().optional().register(documentation, {
    description: 'for `password`: a file with one line for each user, `name:role:hash`; `#` starts a comment',
    example: '/etc/sequencer/users',
  }),
  SHARED_UNIX_USER: oneOf('no', 'refuse', 'accept').prefault('no').register(documentation, {
    description:
      '`no`: runners run as another user or on another machine than the API. `refuse`: they run as the same user, so operators of some telescopes only are refused, in the users file, `ROLE_GROUPS`, accounts and tokens. `accept`: they run as the same user, and the site accepts that such operators can act as admin',
    example: 'refuse',
  }),
  PROXY_SECRET: z.string().min(16, 'must have at least 16 characters').optional().register(documentation, {
    description:
      'for `proxy`: the value that the proxy sends in `X-Sequencer-Proxy-Secret`, 16 characters or more. `TRUSTED_PROXIES` is required as well',
    example: '$(head -c 32 /dev/urandom | base64)',
    secret: true,
  }),
  PROXY_USER_HEADER: z.string().toLowerCase().prefault('x-forwarded-user').register(documentation, {
    description:
      "for `proxy`: the header with the user's name, in UTF-8. The proxy has to replace the header that a client sends: a request with it twice is refused",
    example: 'remote-user',
  }),
  PROXY_GROUPS_HEADER: z.string().toLowerCase().prefault('x-forwarded-groups').register(documentation, {
    description:
      "for `proxy`: the header with the user's groups, separated by commas, semicolons or vertical bars. The same applies to it",
    example: 'remote-groups',
  }),
  PROXY_RECHECK_SECONDS: positiveNumber(3600).prefault('300').register(documentation, {
    description:
      'for `proxy`: the maximum age of a websocket, at most 3600 seconds. The API closes it, and the page connects again through the proxy, which decides again. Users do not notice',
    unit: 'seconds',
    example: '60',
  }),
  OIDC_ISSUER: z
    .url('must be the address of the provider')
    .refine((url) => isPrivateChannel(new URL(url)), 'must begin with https://, or be on this machine')
    .optional()
    .register(documentation, {
      description:
        'for `oidc`: the address of the provider. It redirects users to `oidc-callback` in the folder of the API, which follows from `PUBLIC_URL` and `OIDC_CALLBACK_PATH`',
      example: 'https://id.site.example/realms/observatory',
    }),
  OIDC_CLIENT_ID: z.string().optional().register(documentation, {
    description: 'for `oidc`: the client ID of this site at the provider',
    example: 'sequencer',
  }),
  OIDC_CLIENT_SECRET: z.string().optional().register(documentation, {
    description:
      'for `oidc`: the client secret of this site at the provider. Without it, PKCE alone protects the exchange',
    example: 'secret-from-the-provider',
    secret: true,
  }),
  OIDC_CALLBACK_PATH: z
    .string()
    .regex(/^([\w.~-]+\/)*$/, 'must be a relative path that ends with /')
    .prefault('')
    .register(documentation, {
      description:
        'for `oidc`: the path of the API below `PUBLIC_URL`: `api/` when pages are at `/nextline/` and the API at `/nextline/api/`',
      unset: 'the same folder',
      example: 'api/',
    }),
  OIDC_SCOPE: z.string().prefault('openid profile').register(documentation, {
    description: 'for `oidc`: the scopes to request from the provider',
    example: 'openid profile groups offline_access',
  }),
  OIDC_RECHECK_MINUTES: positiveNumber(1440).prefault('60').register(documentation, {
    description:
      'for `oidc`: how long a role that the provider confirmed is valid, at most 1440 minutes. The API then uses the refresh token to ask again. If the provider issued no refresh token, the page goes to the provider and back. Some providers issue one only if `OIDC_SCOPE` contains `offline_access`',
    unit: 'minutes',
    example: '15',
  }),
  OIDC_NAME_CLAIM: z.string().prefault('preferred_username').register(documentation, {
    description: "for `oidc`: the claim with the user's name",
    example: 'sub',
  }),
  OIDC_ROLE_CLAIM: z.string().prefault('groups').register(documentation, {
    description: "for `oidc`: the claim with the user's groups",
    example: 'roles',
  }),
  ROLE_GROUPS: roleGroups.prefault('').register(documentation, {
    description: 'for `proxy` and `oidc`: the role of each group. A user in none of these groups is refused',
    example: 'observers=operator,satp1-crew=operator@satp1,heads=admin',
  }),
};

const schema = z.object({ ...addressSettings, ...signInSettings });
type Values = z.output<typeof schema>;

export type AuthConfig = ReturnType<typeof authConfig>;

export function authConfig(value: Settings<typeof schema>) {
  const uses = (method: SignInMethod) => value.auth.includes(method);
  return {
    methods: value.auth,
    usersFile: uses('password') ? (value.usersFile ?? null) : null,
    /** Whether a grant for some sequencers is enforced: scripts cannot read the secrets of the API. */
    enforcesScopes: value.sharedUnixUser !== 'refuse',
    sessionMs: value.sessionHours * 3_600_000,
    ownerGrantMs: value.grantDays * 86_400_000,
    proxyRecheckMs: value.proxyRecheckSeconds * 1000,
    publicUrl: value.publicUrl === undefined ? null : new URL(value.publicUrl),
    trustedProxies: value.trustedProxies,
    proxy: uses('proxy')
      ? {
          secret: value.proxySecret ?? '',
          userHeader: value.proxyUserHeader,
          groupsHeader: value.proxyGroupsHeader,
        }
      : null,
    oidc: uses('oidc')
      ? {
          issuer: new URL(value.oidcIssuer ?? ''),
          clientId: value.oidcClientId ?? '',
          clientSecret: value.oidcClientSecret ?? null,
          /** The address of the API, as browsers see it. */
          base: new URL(value.oidcCallbackPath, value.publicUrl),
          scope: value.oidcScope,
          nameClaim: value.oidcNameClaim,
          roleClaim: value.oidcRoleClaim,
          recheckMs: value.oidcRecheckMinutes * 60_000,
        }
      : null,
    roleGroups: value.roleGroups,
  };
}

/** Problems of combinations of settings. The schema reports those of a single setting. */
export function authConflicts(env: Environment): SettingProblem[] {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const host = parsed.error.issues.some(({ path }) => path[0] === 'HOST' || path[0] === 'AUTH');
    return host ? [] : authConflicts({ HOST: env.HOST, AUTH: env.AUTH, ...PLACEHOLDERS });
  }
  const value = parsed.data;
  const uses = (method: SignInMethod) => value.AUTH.includes(method);
  const missing = (needed: boolean, name: keyof Values, message: string) =>
    needed && (value[name] === undefined || value[name] === '') ? [{ name, message }] : [];
  const groups = (uses('oidc') || uses('proxy')) && value.ROLE_GROUPS.size === 0;
  return [
    ...(uses('none') && !LOOPBACK.includes(value.HOST)
      ? [
          {
            name: 'HOST',
            message:
              'must be a loopback address (127.0.0.1, ::1 or localhost) without sign-in. To allow access from other machines, set AUTH=password and USERS_FILE.',
          },
        ]
      : []),
    ...(uses('none') && value.PUBLIC_URL !== undefined && !isLoopback(new URL(value.PUBLIC_URL))
      ? [
          {
            name: 'PUBLIC_URL',
            message:
              'must be on this machine (127.0.0.1, [::1] or localhost) without sign-in, because every visitor is an admin. Set AUTH=password and USERS_FILE, or remove PUBLIC_URL.',
          },
        ]
      : []),
    ...(uses('none') && value.AUTH.length > 1
      ? [{ name: 'AUTH', message: 'none cannot be combined with other methods.' }]
      : []),
    ...missing(
      uses('password'),
      'USERS_FILE',
      'is required by AUTH=password: a file with one line for each user, as printed by hash-password.',
    ),
    ...missing(uses('proxy'), 'PROXY_SECRET', 'is required by AUTH=proxy: the proxy authenticates to the API with it.'),
    ...(uses('proxy') && !env.TRUSTED_PROXIES
      ? [{ name: 'TRUSTED_PROXIES', message: 'is required by AUTH=proxy: the addresses of the proxy.' }]
      : []),
    ...missing(uses('oidc'), 'OIDC_ISSUER', 'is required by AUTH=oidc: the address of the provider.'),
    ...missing(uses('oidc'), 'OIDC_CLIENT_ID', 'is required by AUTH=oidc: the id of this client at the provider.'),
    ...missing(uses('oidc'), 'PUBLIC_URL', 'is required by AUTH=oidc: the provider redirects users to it.'),
    ...(value.SHARED_UNIX_USER === 'refuse' && [...value.ROLE_GROUPS.values()].some(({ sequencers }) => sequencers)
      ? [{ name: 'ROLE_GROUPS', message: SCOPES_NOT_ENFORCED }]
      : []),
    ...(groups
      ? [{ name: 'ROLE_GROUPS', message: 'is required by AUTH=oidc and AUTH=proxy: the role of each group.' }]
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
