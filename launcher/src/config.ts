/** The launcher's settings, from environment variables. docs/configuration.md describes each of them. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { SEQUENCER_NAME } from '@sequencer/model';
import { UserError } from './lib/user-error.ts';

export interface Config {
  host: string;
  port: number;
  dataDir: string;
  /** Undefined: the launcher runs its own PostgreSQL. */
  databaseUrl: string | undefined;
  /** Undefined: the observatory is simulated. */
  ocsConfigDir: string | undefined;
  sorunlibConfig: string | undefined;
  /** Whether a sign-in is required: then users may have different rights. */
  signIn: boolean;
  /** Whether operators of some telescopes are allowed, although their scripts can read the secrets of the others. */
  sharedUnixUser: 'refuse' | 'accept';
  sequencers: string[];
  simulatorSpeed: number;
  stopGraceSeconds: number;
  terminateGraceSeconds: number;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

const names = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine(
    (list) => list.every((name) => SEQUENCER_NAME.test(name)),
    'must be names of lower-case letters, digits and -, with commas between them, such as satp1,lat',
  )
  .refine((list) => new Set(list).size === list.length, 'has a name twice');

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

export const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  /** The API reads this and the other sign-in settings. */
  AUTH: z.string().default('none'),
  PUBLIC_URL: z.string().optional(),
  SHARED_UNIX_USER: z.enum(['refuse', 'accept'], 'must be refuse or accept').optional(),
  PORT: z.coerce
    .number('must be a port number, such as 8000')
    .int('must be a port number, such as 8000')
    .min(1, 'must be a port number of at least 1')
    .max(65535, 'must be a port number of at most 65535')
    .default(8000),
  DATA_DIR: z
    .string()
    .default('data')
    .transform((path) => resolve(path)),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be the address of a PostgreSQL database, such as postgres://user@host/name')
    .optional(),
  OCS_CONFIG_DIR: z
    .string()
    .transform((path) => resolve(path))
    .refine(isFolder, 'must be a folder with the default.yaml of your observatory; there is no such folder')
    .optional(),
  SORUNLIB_CONFIG: z
    .string()
    .transform((path) => resolve(path))
    .optional(),
  SEQUENCERS: names.default(['satp1', 'lat']),
  SIMULATOR_SPEED: z.coerce.number('must be a number, such as 60').positive('must be above 0').default(60),
  STOP_GRACE_SECONDS: z.coerce.number('must be a number, such as 300').nonnegative('must not be below 0').default(300),
  TERMINATE_GRACE_SECONDS: z.coerce
    .number('must be a number, such as 60')
    .nonnegative('must not be below 0')
    .default(60),
});

/** Whether the address is reachable from other machines. */
function isForOthers(host: string, publicUrl: string | undefined): boolean {
  if (!LOOPBACK.includes(host)) return true;
  return URL.canParse(publicUrl ?? '') && !LOOPBACK.includes(new URL(publicUrl ?? '').hostname.replace(/^\[|\]$/g, ''));
}

/** The configuration, or a UserError that names every problem. An empty variable is one that is not set. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(set);
  const issues = result.success
    ? []
    : result.error.issues.map(({ path, message }) => ({ name: path.join('.'), message }));
  if (!LOOPBACK.includes(set.HOST ?? '127.0.0.1') && (set.AUTH ?? 'none') === 'none') {
    const text = `must be ${LOOPBACK.join(' or ')} without sign-in. To listen on another address, set AUTH=password and USERS_FILE`;
    issues.push({ name: 'HOST', message: text });
  }
  if (!result.success || issues.length > 0) {
    const problems = issues.map(({ name, message }) => `  ${name}=${env[name] ?? ''}  ${message}`);
    throw new UserError(`The configuration cannot be used:\n${problems.join('\n')}`);
  }
  const c = result.data;
  return {
    host: c.HOST,
    port: c.PORT,
    dataDir: c.DATA_DIR,
    databaseUrl: c.DATABASE_URL,
    ocsConfigDir: c.OCS_CONFIG_DIR,
    sorunlibConfig: c.SORUNLIB_CONFIG,
    signIn: c.AUTH !== 'none',
    sharedUnixUser: c.SHARED_UNIX_USER ?? (isForOthers(c.HOST, c.PUBLIC_URL) ? 'refuse' : 'accept'),
    sequencers: c.SEQUENCERS,
    simulatorSpeed: c.SIMULATOR_SPEED,
    stopGraceSeconds: c.STOP_GRACE_SECONDS,
    terminateGraceSeconds: c.TERMINATE_GRACE_SECONDS,
  };
}
