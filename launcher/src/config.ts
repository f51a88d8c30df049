/** The launcher's settings, read from the environment once. `docs/configuration.md` is generated from them. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { oneOf, port, positiveNumber, postgresUrl, sequencerNames } from '@sequencer/model/setting-types';
import { documentation, readSettings, type Environment, type SettingProblem } from '@sequencer/model/settings';
import { z } from 'zod';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

const path = z.string().transform((text) => resolve(text));
const seconds = z.coerce.number('must be a number of at least 0').nonnegative('must be a number of at least 0');

export const schema = z.object({
  PORT: port(1).prefault('8000').register(documentation, {
    description: 'the port of the web pages and the API',
    example: '9000',
  }),
  HOST: z.string().prefault('127.0.0.1').register(documentation, {
    description:
      'the address to listen on. Any address other than `127.0.0.1`, `::1` and `localhost` requires sign-in: set `AUTH` and the other settings of [sign-in](#sign-in), which `make run` also accepts',
    example: '0.0.0.0',
  }),
  DATA_DIR: path.prefault('./data').register(documentation, {
    description: 'the folder with all state: database, journals of the runners, logs, lock',
    example: '/srv/sequencer',
  }),
  DATABASE_URL: postgresUrl.optional().register(documentation, {
    description: 'your own PostgreSQL (16 or newer, with the extension `pg_trgm`)',
    unset: 'an embedded PostgreSQL, in `DATA_DIR`',
    example: 'postgres://user:password@host:5432/sequencer',
    secret: true,
  }),
  SEQUENCERS: sequencerNames.prefault('satp1,lat').register(documentation, {
    description: 'the telescopes, separated by commas: lower-case letters, digits and `-`, at most 30 characters each',
    example: 'satp1,satp2,satp3,lat',
  }),
  OCS_CONFIG_DIR: path.optional().register(documentation, {
    description:
      "the folder with the observatory's `default.yaml`, or with one folder for each sequencer (`satp1/default.yaml`). Scripts command that observatory",
    unset: 'a simulated observatory',
    example: '/etc/ocs',
  }),
  SORUNLIB_CONFIG: path.optional().register(documentation, {
    description: 'the file that lists the agents for sorunlib',
    unset: '`sorunlib.yaml` of `OCS_CONFIG_DIR`, or that of the simulated observatory',
    example: '/etc/ocs/sorunlib.yaml',
  }),
  SIMULATOR_SPEED: positiveNumber(100_000).prefault('60').register(documentation, {
    description: 'how much faster than real time the simulated observatory moves and waits',
    example: '1',
  }),
  STOP_GRACE_SECONDS: seconds.prefault('300').register(documentation, {
    description:
      'how long clean-up usually takes after an interrupt. Nothing stronger is sent automatically before that time, and afterwards only if escalation was requested. If the runner is shut down or lost, its script is killed after that time',
    unit: 'seconds',
    example: '600',
  }),
  TERMINATE_GRACE_SECONDS: seconds.prefault('60').register(documentation, {
    description:
      'how long clean-up usually takes after SIGTERM. Nothing stronger is sent automatically before that time, and afterwards only if escalation was requested',
    unit: 'seconds',
    example: '120',
  }),
  SHARED_UNIX_USER: oneOf('refuse', 'accept').optional().register(documentation, {
    description:
      'with sign-in: `refuse` or `accept` operators of some telescopes only (`operator@satp1`). All scripts run as one Unix user, so such an operator can read the secrets of the others and act as admin',
    unset: '`refuse` if `HOST` or `PUBLIC_URL` is not loopback, else `accept`',
    example: 'accept',
  }),
  AUTH: z.string().prefault('none').register(documentation, {
    description: 'the sign-in methods, passed to the API. See [sign-in](#sign-in)',
    example: 'password',
  }),
  PUBLIC_URL: z.string().optional().register(documentation, {
    description: 'the address of the pages in the browser, passed to the API',
    example: 'https://site.example/nextline/',
  }),
  PROXY_SECRET: z.string().optional().register(documentation, {
    description: 'the secret of the proxy, passed to the API alone. See [sign-in](#sign-in)',
    example: '$(head -c 32 /dev/urandom | base64)',
    secret: true,
  }),
  OIDC_CLIENT_SECRET: z.string().optional().register(documentation, {
    description: 'the secret of this site at the OpenID provider, passed to the API alone. See [sign-in](#sign-in)',
    example: 'secret-from-the-provider',
    secret: true,
  }),
  SCHEDULER_URL: z.string().optional().register(documentation, {
    description: 'the URL of the scheduler, passed to the API. See [the scheduler](#the-scheduler)',
    unset: 'the simulated scheduler, unless `OCS_CONFIG_DIR` is set',
    example: 'http://scheduler.example:8010/api/v1/schedule/',
  }),
  SCHEDULER_HEADERS: z.string().optional().register(documentation, {
    description: 'headers for the scheduler, passed to the API alone. See [the scheduler](#the-scheduler)',
    example: 'site: Authorization: Bearer secret',
    secret: true,
  }),
});

export type Config = ReturnType<typeof readConfig>;

/** @throws SettingsError that lists all problems */
export function readConfig(env: Environment) {
  const settings = readSettings('make run', schema, env, conflicts);
  const { auth, host, publicUrl, sharedUnixUser } = settings;
  return {
    ...settings,
    /** Whether a sign-in is required: then users may have different rights. */
    signIn: auth !== 'none',
    /** Whether operators of some telescopes are allowed, although their scripts can read the secrets of the others. */
    sharedUnixUser: sharedUnixUser ?? (isForOthers(host, publicUrl) ? 'refuse' : 'accept'),
  };
}

/** Whether the address is reachable from other machines. */
function isForOthers(host: string, publicUrl: string | undefined): boolean {
  if (!LOOPBACK.includes(host)) return true;
  return URL.canParse(publicUrl ?? '') && !LOOPBACK.includes(new URL(publicUrl ?? '').hostname.replace(/^\[|\]$/g, ''));
}

function conflicts({ HOST = '127.0.0.1', AUTH = 'none', OCS_CONFIG_DIR }: Environment): SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (!LOOPBACK.includes(HOST) && AUTH === 'none') {
    const remedy = 'To listen on another address, set AUTH=password and USERS_FILE.';
    problems.push({ name: 'HOST', message: `must be 127.0.0.1, ::1 or localhost without sign-in. ${remedy}` });
  }
  if (OCS_CONFIG_DIR !== undefined && !isFolder(resolve(OCS_CONFIG_DIR))) {
    const remedy = 'Set it to the folder with the default.yaml of your observatory.';
    problems.push({
      name: 'OCS_CONFIG_DIR',
      message: `the folder ${resolve(OCS_CONFIG_DIR)} does not exist. ${remedy}`,
    });
  }
  return problems;
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
