/** The programs of the product, in groups: they start in this order and stop in reverse order. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { DataFolder } from './lib/data-folder.ts';
import { withoutSecrets } from './environment.ts';
import { prepareDatabase } from './database/server.ts';
import type { Program } from './process/supervised-process.ts';
import {
  realObservatory,
  simulatedObservatory,
  simulatedScheduler,
  type OcsSettings,
  type SchedulerSettings,
} from './observatory.ts';
import { freePort, acceptsConnections } from './lib/ports.ts';
import type { Reporter } from './lib/reporter.ts';
import { UserError } from './lib/user-error.ts';

const root = join(import.meta.dirname, '../..');

export function localAddress({ host, port }: Config): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

export async function findPrograms(config: Config, data: DataFolder, report: Reporter): Promise<Program[][]> {
  const python = join(root, '.venv/bin/python');
  if (!existsSync(python)) throw new UserError(`${python} does not exist. Run \`make setup\` first.`);
  const base: Program[] = [];
  let databaseUrl = config.databaseUrl;
  if (databaseUrl === undefined) {
    const { url, program } = await prepareDatabase(data, report);
    databaseUrl = url;
    base.push(program);
  }
  let scheduler: SchedulerSettings = {};
  let ocs: (sequencer: string) => OcsSettings;
  if (config.ocsConfigDir === undefined) {
    const port = await freePort();
    base.push(simulator(config, port));
    ocs = (sequencer) => simulatedObservatory(data, port, sequencer);
    if (config.schedulerUrl === undefined) scheduler = simulatedScheduler(port);
  } else {
    const folder = config.ocsConfigDir;
    ocs = (sequencer) => realObservatory(config, folder, sequencer);
    for (const sequencer of config.sequencers) {
      const file = join(ocs(sequencer).OCS_CONFIG_DIR, 'default.yaml');
      if (!existsSync(file)) report(`${file} does not exist: scripts of ${sequencer} cannot reach the observatory.`);
    }
  }
  const tokens = config.sequencers.map((name) => ({ name, token: data.secret(`runner-token-${name}`) }));
  const workers = tokens.map(({ name, token }) => worker(config, data, python, token, name, ocs(name)));
  const secrets = tokens.map(({ name, token }) => `${name}:${token}`).join(',');
  return [base, [api(config, databaseUrl, secrets, scheduler)], workers];
}

function simulator(config: Config, port: number): Program {
  return {
    name: 'simulator',
    command: process.execPath,
    args: [join(root, 'simulator/src/main.ts')],
    cwd: root,
    env: {
      ...withoutSecrets(process.env),
      HOST: '127.0.0.1',
      PORT: String(port),
      TELESCOPES: config.sequencers.join(','),
      SIMULATOR_SPEED: String(config.simulatorSpeed),
    },
    stopSignal: 'SIGTERM',
    stopSeconds: 5,
    isReady: (signal) => acceptsConnections(port, signal),
  };
}

function api(config: Config, databaseUrl: string, runnerTokens: string, scheduler: SchedulerSettings): Program {
  return {
    name: 'api',
    command: process.execPath,
    args: [join(root, 'api/src/main.ts')],
    cwd: root,
    env: {
      ...scheduler,
      ...withoutSecrets(process.env),
      SCHEDULER_URL: config.schedulerUrl ?? scheduler.SCHEDULER_URL,
      SCHEDULER_HEADERS: config.schedulerHeaders,
      PROXY_SECRET: config.proxySecret,
      OIDC_CLIENT_SECRET: config.oidcClientSecret,
      SHARED_UNIX_USER: config.signIn ? config.sharedUnixUser : 'no',
      HOST: config.host,
      PORT: String(config.port),
      DATABASE_URL: databaseUrl,
      SEQUENCERS: config.sequencers.join(','),
      RUNNER_TOKENS: runnerTokens,
      WEB_DIR: join(root, 'web/dist'),
    },
    stopSignal: 'SIGTERM',
    stopSeconds: 10,
    isReady: (signal) => isOk(`${localAddress(config)}/readyz`, signal),
  };
}

function worker(
  config: Config,
  data: DataFolder,
  python: string,
  token: string,
  sequencer: string,
  ocs: OcsSettings,
): Program {
  const address = localAddress(config);
  return {
    name: `worker-${sequencer}`,
    command: python,
    args: [
      ...['-m', 'sequencer_runner'],
      ...['--gateway', `${address.replace('http', 'ws')}/runner`],
      ...['--sequencer', sequencer],
      ...['--state-dir', data.runner(sequencer)],
      ...['--hostname', `daq-${sequencer}-sequencer`],
      ...['--stop-grace-seconds', String(config.stopGraceSeconds)],
      ...['--terminate-grace-seconds', String(config.terminateGraceSeconds)],
    ],
    cwd: root,
    env: { ...withoutSecrets(process.env), ...ocs, RUNNER_TOKEN: token },
    stopSignal: 'SIGTERM',
    stopSeconds: config.stopGraceSeconds + 15,
    isReady: (signal) => isOk(`${address}/readyz/${sequencer}`, signal),
  };
}

async function isOk(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await fetch(url, { signal })).ok;
  } catch {
    // The connection is refused until the API listens.
    return false;
  }
}
