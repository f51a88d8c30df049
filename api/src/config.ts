/** The settings of the API, read from the environment once. `docs/configuration.md` is generated from them. */
import { userInfo } from 'node:os';
import { kubeconfig } from '@sequencer/kubernetes/settings';
import { degrees, list, logLevel, oneOf, port, postgresUrl, sequencerNames } from '@sequencer/model/setting-types';
import { documentation, readSettings, type Environment, type SettingProblem } from '@sequencer/model/settings';
import { schedulerEnvironment } from '@sequencer/scheduler/settings';
import { z } from 'zod';
import { addressSettings, authConfig, authConflicts, signInSettings } from './auth/settings.ts';
import { RUNNER_TOKEN_LENGTH, parseRunnerSecrets, type RunnerSecret } from './gateway/runner-secrets.ts';

const runTokenKey = z.string().min(32, 'must have at least 32 characters').optional();

const runnerSecrets = list.transform((words, context) => {
  const secrets = parseRunnerSecrets(words);
  if (secrets) return secrets;
  context.addIssue({
    code: 'custom',
    message: `must be a list like satp1:secret,lat:secret, each secret with at least ${RUNNER_TOKEN_LENGTH} characters`,
  });
  return z.NEVER;
});

export const schema = z.object({
  DATABASE_URL: postgresUrl.register(documentation, {
    description: 'the address of a PostgreSQL, such as `postgres://user@host:5432/sequencer`',
    example: 'postgres://user:password@host:5432/sequencer',
    secret: true,
  }),
  RUNNER_TOKENS: runnerSecrets.prefault('').register(documentation, {
    description:
      'a secret for the runner of each sequencer, 16 characters or more. A name may occur twice, so that you can change a secret while the runner works',
    example: 'satp1:secret-of-the-satp1-runner,lat:secret-of-the-lat-runner',
    secret: true,
  }),
  RUNNER_TOKENS_FILE: z.string().optional().register(documentation, {
    description:
      'a file with such secrets, one a line (`satp1:secret`; `#` starts a comment). The API reads it again when it changes, and disconnects a runner within seconds after its secret was removed',
    example: '/etc/sequencer/runner-tokens',
  }),
  RUNNER_TOKEN: z
    .string()
    .min(RUNNER_TOKEN_LENGTH, `must have at least ${RUNNER_TOKEN_LENGTH} characters`)
    .optional()
    .register(documentation, {
      description:
        'one secret that the runners of all sequencers may use. With `BACKEND=local` one of these three is required',
      example: '$(head -c 32 /dev/urandom | base64)',
      secret: true,
    }),
  BACKEND: oneOf('local', 'kubernetes').prefault('local').register(documentation, {
    description:
      'where scripts run: `local`, on runners that wait for them, or `kubernetes`, each in its own pod. In a cluster the sequencers are `Sequencer` objects and runners have one token for each run, so `SEQUENCERS` and the secrets of runners must not be set',
    example: 'kubernetes',
  }),
  NAMESPACE: z.string().optional().register(documentation, {
    description: 'for `kubernetes`: the namespace of the objects',
    unset: 'required for `kubernetes`',
    example: 'sequencer',
  }),
  RUN_TOKEN_KEY: runTokenKey.clone().register(documentation, {
    description:
      'for `kubernetes`: the key that signs the tokens of runs, 32 characters or more, the same as for the operator',
    unset: 'required for `kubernetes`',
    example: '$(head -c 32 /dev/urandom | base64)',
    secret: true,
  }),
  RUN_TOKEN_KEY_BEFORE: runTokenKey.clone().register(documentation, {
    description:
      'for `kubernetes`: the key before the current one. Runners that started with it can still connect, so that you can change the key while scripts run',
    example: '$(head -c 32 /dev/urandom | base64)',
    secret: true,
  }),
  CHECKER_URL: z
    .url({ protocol: /^http$/ })
    .optional()
    .register(documentation, {
      description:
        'for `kubernetes`: the address of the checker, which compiles the scripts of telescopes without an active run',
      unset: 'such scripts are checked by their runner, when the run starts',
      example: 'http://sequencer-checker:8080/',
    }),
  CHECKER_IMAGE: z.string().optional().register(documentation, {
    description:
      'for `kubernetes`: the image of the checker. On a telescope with another image its errors are only warnings, because the Python may be another',
    unset: 'that of no telescope',
    example: 'sequencer-runner:0.1.0',
  }),
  KUBECONFIG: kubeconfig,
  PORT: port().prefault('8000').register(documentation, {
    description: 'the port of the web pages and the API. With 0, the system chooses a free one',
    example: '9000',
  }),
  ...addressSettings,
  ALLOWED_HOSTS: list.prefault('').register(documentation, {
    description:
      "further names that a request's `Host` may carry besides those of loopback and `PUBLIC_URL`, separated by commas. If a proxy sends the API's own address as `Host`, add that name here",
    example: 'api:8000',
  }),
  ALLOWED_ORIGINS: list.prefault('').register(documentation, {
    description: "further origins that a browser's request may come from, separated by commas",
    example: 'https://sequencer.example.org',
  }),
  SEQUENCERS: sequencerNames.prefault('satp1,lat').register(documentation, {
    description: 'the telescopes, separated by commas, as for `make run`',
    example: 'satp1,satp2,satp3,lat',
  }),
  CONTROL_LOCK: list.prefault('').register(documentation, {
    description: 'the sequencers that only one user at a time controls, separated by commas',
    example: 'satp1,lat',
  }),
  SITE_LATITUDE: degrees(90).optional().register(documentation, {
    description:
      'the latitude of the telescopes in degrees, north of the equator positive. The overview then shades the night',
    example: '-22.96',
  }),
  SITE_LONGITUDE: degrees(180).optional().register(documentation, {
    description: 'their longitude in degrees, east of Greenwich positive. Set both or none',
    example: '-67.79',
  }),
  WEB_DIR: z.string().optional().register(documentation, {
    description: 'the folder of the built pages. Without it the API serves no pages',
    example: 'web/dist',
  }),
  USER_NAME: z
    .string()
    .max(100, 'must have at most 100 characters')
    .default(() => userInfo().username)
    .register(documentation, {
      description: 'the user name in the record, with `AUTH=none`',
      unset: 'the name of the Unix account',
      example: 'observer',
    }),
  LOG_LEVEL: logLevel.prefault('info').register(documentation, {
    description:
      'the least important messages to log: `fatal`, `error`, `warn`, `info`, `debug`, `trace`, or `silent` for none',
    example: 'debug',
  }),
  ...schedulerEnvironment,
  ...signInSettings,
});

export type Config = ReturnType<typeof readConfig>;

/** @throws SettingsError that lists all problems */
export function readConfig(env: Environment) {
  const value = readSettings('the API', schema, env, conflicts);
  const shared: RunnerSecret[] = value.runnerToken === undefined ? [] : [{ sequencer: null, token: value.runnerToken }];
  return {
    ...value,
    /** Null with BACKEND=local. */
    kubernetes:
      value.backend === 'kubernetes'
        ? {
            namespace: value.namespace ?? '',
            /** The current key, then the one before. */
            runTokenKeys: [value.runTokenKey, value.runTokenKeyBefore].filter((key) => key !== undefined),
            checker:
              value.checkerUrl === undefined ? null : { url: value.checkerUrl, image: value.checkerImage ?? null },
          }
        : null,
    /** The secrets of runners, each for one sequencer, or for all. */
    runnerTokens: [...shared, ...value.runnerTokens],
    /** Where the telescopes are. Null if it is not set. */
    site:
      value.siteLatitude === undefined || value.siteLongitude === undefined
        ? null
        : { latitude: value.siteLatitude, longitude: value.siteLongitude },
    auth: authConfig(value),
  };
}

/** Problems of combinations of settings. */
function conflicts(env: Environment): SettingProblem[] {
  return [
    ...authConflicts(env),
    ...siteConflicts(env),
    ...(env.BACKEND === 'kubernetes' ? clusterConflicts(env) : localConflicts(env)),
  ];
}

const KUBERNETES_REQUIRED = {
  NAMESPACE: 'is required by BACKEND=kubernetes: the namespace of the Sequencer objects.',
  RUN_TOKEN_KEY:
    'is required by BACKEND=kubernetes, with the same value as for the operator: the tokens of runners are derived from it.',
};
const RUNNER_SECRETS = ['RUNNER_TOKEN', 'RUNNER_TOKENS', 'RUNNER_TOKENS_FILE'];

function clusterConflicts(env: Environment): SettingProblem[] {
  return [
    ...Object.entries(KUBERNETES_REQUIRED).flatMap(([name, message]) => (env[name] ? [] : [{ name, message }])),
    ...['SEQUENCERS', ...RUNNER_SECRETS].flatMap((name) =>
      env[name] ? [{ name, message: 'is only for BACKEND=local. Remove it, or set BACKEND=local.' }] : [],
    ),
  ];
}

function siteConflicts(env: Environment): SettingProblem[] {
  const [missing, ...more] = ['SITE_LATITUDE', 'SITE_LONGITUDE'].filter((name) => !env[name]);
  if (missing === undefined || more.length > 0) return [];
  return [{ name: missing, message: 'is required as well: a site has a latitude and a longitude.' }];
}

function localConflicts(env: Environment): SettingProblem[] {
  if (RUNNER_SECRETS.some((name) => env[name])) return [];
  return [{ name: 'RUNNER_TOKEN', message: 'is required: runners authenticate with it.' }];
}
