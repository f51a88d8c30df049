/** The settings of the API, read from the environment once. `docs/configuration.md` describes them. */
import { userInfo } from 'node:os';
import { SEQUENCER_NAME } from '@sequencer/model';
import { z } from 'zod';
import { authConfig, authConflicts, authSettings, list, type AuthConfig } from './auth/settings.ts';
import { RUNNER_TOKEN_LENGTH, parseRunnerSecrets, type RunnerSecret } from './gateway/runner-secrets.ts';

export const schema = z.object({
  PORT: z.coerce.number('must be a number.').int().min(0).max(65535).default(8000),
  ...authSettings,
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'is required: an address like postgres://user@host:5432/sequencer.',
  }),
  /** Where scripts run: on local workers, or in pods of a cluster. */
  BACKEND: z.enum(['local', 'kubernetes'], { error: 'must be local or kubernetes.' }).default('local'),
  /** For kubernetes: the namespace of the Sequencer objects. */
  NAMESPACE: z.string().min(1).optional(),
  /** For kubernetes: the key from which the tokens of runners are derived. The operator needs the same. */
  RUN_TOKEN_KEY: z.string().min(32, 'must have at least 32 characters.').optional(),
  SEQUENCERS: list
    .transform((names) => (names.length === 0 ? ['satp1', 'lat'] : names))
    .refine((names) => names.every((name) => SEQUENCER_NAME.test(name)), {
      error:
        'must be a list like satp1,lat. A name consists of lowercase letters, digits and hyphens, at most 30 characters.',
    })
    .refine((names) => new Set(names).size === names.length, { error: 'contains a duplicate name.' }),
  /** One secret for the runners of all sequencers. */
  RUNNER_TOKEN: z.string().min(RUNNER_TOKEN_LENGTH, 'must have at least 16 characters.').optional(),
  /** A secret for each sequencer, `satp1:...,lat:...`. A name may occur twice while its secret is rotated. */
  RUNNER_TOKENS: list.transform((words, context) => {
    const secrets = parseRunnerSecrets(words);
    if (secrets) return secrets;
    context.addIssue({
      code: 'custom',
      message: 'must be a list like satp1:secret,lat:secret, each secret with at least 16 characters.',
    });
    return z.NEVER;
  }),
  /** A file with such secrets, one a line. It is read again when it changes. */
  RUNNER_TOKENS_FILE: z.string().optional(),
  /** The sequencers with a control lock: one user at a time has control. */
  CONTROL_LOCK: list,
  /** The folder of the built web application. Without it only the API is served. */
  WEB_DIR: z.string().optional(),
  /** Host names and origins that requests may use, besides those of loopback. */
  ALLOWED_HOSTS: list,
  ALLOWED_ORIGINS: list,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** The name of the user with AUTH=none. */
  USER_NAME: z
    .string()
    .max(100)
    .optional()
    .transform((name) => name ?? userInfo().username),
});

export interface Config {
  port: number;
  host: string;
  databaseUrl: string;
  sequencers: string[];
  /** Null with BACKEND=local. */
  kubernetes: { namespace: string; runTokenKey: string } | null;
  /** The secrets of runners, each for one sequencer, or for all. */
  runnerTokens: RunnerSecret[];
  runnerTokensFile: string | null;
  webDir: string | null;
  allowedHosts: string[];
  allowedOrigins: string[];
  logLevel: string;
  userName: string;
  controlLock: string[];
  auth: AuthConfig;
}

/** Throws one Error with all problems. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const settings = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(settings);
  const schemaProblems = result.success
    ? []
    : result.error.issues.map(({ path, message }) => ({ path: path[0], message }));
  const problems = [...schemaProblems, ...authConflicts(settings)];
  problems.push(...backendProblems(settings));
  if (
    settings.BACKEND !== 'kubernetes' &&
    !settings.RUNNER_TOKEN &&
    !settings.RUNNER_TOKENS &&
    !settings.RUNNER_TOKENS_FILE
  ) {
    problems.push({ path: 'RUNNER_TOKEN', message: 'is required: runners authenticate with it.' });
  }
  if (!result.success || problems.length > 0) {
    const lines = problems.map(({ path, message }) => `  ${String(path)}: ${message}`);
    throw new Error(`The settings of the API are invalid:\n${lines.join('\n')}`);
  }
  const value = result.data;
  return {
    port: value.PORT,
    host: value.HOST,
    databaseUrl: value.DATABASE_URL,
    sequencers: value.SEQUENCERS,
    kubernetes:
      value.BACKEND === 'kubernetes'
        ? { namespace: value.NAMESPACE ?? '', runTokenKey: value.RUN_TOKEN_KEY ?? '' }
        : null,
    runnerTokens: [
      ...(value.RUNNER_TOKEN === undefined ? [] : [{ sequencer: null, token: value.RUNNER_TOKEN }]),
      ...value.RUNNER_TOKENS,
    ],
    runnerTokensFile: value.RUNNER_TOKENS_FILE ?? null,
    webDir: value.WEB_DIR ?? null,
    allowedHosts: value.ALLOWED_HOSTS,
    allowedOrigins: value.ALLOWED_ORIGINS,
    logLevel: value.LOG_LEVEL,
    userName: value.USER_NAME,
    controlLock: value.CONTROL_LOCK,
    auth: authConfig(value),
  };
}

const KUBERNETES_REQUIRED = {
  NAMESPACE: 'is required by BACKEND=kubernetes: the namespace of the Sequencer objects.',
  RUN_TOKEN_KEY:
    'is required by BACKEND=kubernetes, with the same value as for the operator: the tokens of runners are derived from it.',
};
const LOCAL_ONLY = ['SEQUENCERS', 'RUNNER_TOKEN', 'RUNNER_TOKENS', 'RUNNER_TOKENS_FILE'];

function backendProblems(settings: Record<string, string | undefined>): { path: string; message: string }[] {
  if (settings.BACKEND !== 'kubernetes') return [];
  return [
    ...Object.entries(KUBERNETES_REQUIRED).flatMap(([path, message]) => (settings[path] ? [] : [{ path, message }])),
    ...LOCAL_ONLY.flatMap((path) =>
      settings[path] ? [{ path, message: 'is only for BACKEND=local. Remove it, or set BACKEND=local.' }] : [],
    ),
  ];
}
