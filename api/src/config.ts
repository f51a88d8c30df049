/** Every setting of the API, read from the environment once. `docs/configuration.md` is the reference for people. */
import { userInfo } from 'node:os';
import { SEQUENCER_NAME } from '@sequencer/model';
import { z } from 'zod';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((word) => (word.trim() ? [word.trim()] : [])));

export const schema = z.object({
  PORT: z.coerce.number('PORT has to be a number.').int().min(0).max(65535).default(8000),
  HOST: z
    .string()
    .default('127.0.0.1')
    .refine((host) => LOOPBACK.includes(host), {
      error: 'HOST has to be a loopback address (127.0.0.1, ::1 or localhost): there is no sign-in yet.',
    }),
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'DATABASE_URL has to be set, to an address like postgres://user@host:5432/sequencer.',
  }),
  SEQUENCERS: list
    .transform((names) => (names.length === 0 ? ['satp1', 'lat'] : names))
    .refine((names) => names.every((name) => SEQUENCER_NAME.test(name)), {
      error: 'SEQUENCERS has to be a list like satp1,lat: small letters, digits and hyphens, at most 30 of them.',
    })
    .refine((names) => new Set(names).size === names.length, { error: 'SEQUENCERS names a sequencer twice.' }),
  RUNNER_TOKEN: z
    .string('RUNNER_TOKEN has to be set: runners prove with it who they are.')
    .min(16, 'RUNNER_TOKEN has to have at least 16 characters.'),
  /** The folder of the built web application; without it only the API is served. */
  WEB_DIR: z.string().optional(),
  /** Further host names and origins that requests may name, besides those of loopback. */
  ALLOWED_HOSTS: list,
  ALLOWED_ORIGINS: list,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Who the person at the browser is, as long as there is no sign-in. */
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
  runnerToken: string;
  webDir: string | null;
  allowedHosts: string[];
  allowedOrigins: string[];
  logLevel: string;
  userName: string;
}

/** Throws one Error that names all problems. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const result = schema.safeParse(env);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The API cannot start with these settings:\n${problems.join('\n')}`);
  }
  const value = result.data;
  return {
    port: value.PORT,
    host: value.HOST,
    databaseUrl: value.DATABASE_URL,
    sequencers: value.SEQUENCERS,
    runnerToken: value.RUNNER_TOKEN,
    webDir: value.WEB_DIR ?? null,
    allowedHosts: value.ALLOWED_HOSTS,
    allowedOrigins: value.ALLOWED_ORIGINS,
    logLevel: value.LOG_LEVEL,
    userName: value.USER_NAME,
  };
}
