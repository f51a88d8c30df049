/** The programs of the product, as siblings: in groups that start one after the other, and stop in the opposite order. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { DataFolder } from './data-folder.ts';
import { prepareDatabase } from './database/server.ts';
import type { Program } from './supervised-process.ts';
import { realObservatory, simulatedObservatory, type OcsSettings } from './observatory.ts';
import { freePort, takesConnections } from './ports.ts';
import type { Reporter } from './reporter.ts';
import { UserError } from './user-error.ts';

const root = join(import.meta.dirname, '../..');

export function localAddress({ host, port }: Config): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

export async function findPrograms(config: Config, data: DataFolder, report: Reporter): Promise<Program[][]> {
  const python = join(root, '.venv/bin/python');
  if (!existsSync(python)) throw new UserError(`${python} is not there. Run \`make setup\` first.`);
  const base: Program[] = [];
  let databaseUrl = config.databaseUrl;
  if (databaseUrl === undefined) {
    const { url, program } = await prepareDatabase(data, report);
    databaseUrl = url;
    base.push(program);
  }
  let ocs: (sequencer: string) => OcsSettings;
  if (config.ocsConfigDir === undefined) {
    const port = await freePort();
    base.push(simulator(config, port));
    ocs = (sequencer) => simulatedObservatory(data, port, sequencer);
  } else {
    const folder = config.ocsConfigDir;
    ocs = (sequencer) => realObservatory(config, folder, sequencer);
    for (const sequencer of config.sequencers) {
      const file = join(ocs(sequencer).OCS_CONFIG_DIR, 'default.yaml');
      if (!existsSync(file)) report(`${file} is not there: scripts of ${sequencer} cannot reach their observatory.`);
    }
  }
  const tokens = config.sequencers.map((name) => ({ name, token: data.secret(`runner-token-${name}`) }));
  const workers = tokens.map(({ name, token }) => worker(config, data, python, token, name, ocs(name)));
  const secrets = tokens.map(({ name, token }) => `${name}:${token}`).join(',');
  return [base, [api(config, databaseUrl, secrets)], workers];
}

/** What the API alone has to know, of what the launcher was given. */
const SIGN_IN_SECRETS = ['PROXY_SECRET', 'OIDC_CLIENT_SECRET'];

/** The environment without what is for others: secrets, and variables that would change what a database client does. */
function environment(): NodeJS.ProcessEnv {
  const secret = new RegExp(`^(DATABASE_URL|RUNNER_TOKENS?|PG[A-Z]+|${SIGN_IN_SECRETS.join('|')})$`);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !secret.test(name)));
}

function simulator(config: Config, port: number): Program {
  return {
    name: 'simulator',
    command: process.execPath,
    args: [join(root, 'simulator/src/main.ts')],
    cwd: root,
    env: {
      ...environment(),
      HOST: '127.0.0.1',
      PORT: String(port),
      TELESCOPES: config.sequencers.join(','),
      SIMULATOR_SPEED: String(config.simulatorSpeed),
    },
    stopSignal: 'SIGTERM',
    stopSeconds: 5,
    isReady: (signal) => takesConnections(port, signal),
  };
}

function api(config: Config, databaseUrl: string, runnerTokens: string): Program {
  return {
    name: 'api',
    command: process.execPath,
    args: [join(root, 'api/src/main.ts')],
    cwd: root,
    env: {
      ...environment(),
      ...Object.fromEntries(SIGN_IN_SECRETS.map((name) => [name, process.env[name]])),
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
    isReady: (signal) => answers(`${localAddress(config)}/readyz`, signal),
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
    env: { ...environment(), ...ocs, RUNNER_TOKEN: token },
    stopSignal: 'SIGTERM',
    stopSeconds: config.stopGraceSeconds + 15,
    isReady: (signal) => answers(`${address}/readyz/${sequencer}`, signal),
  };
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await fetch(url, { signal })).ok;
  } catch {
    // Refused until it listens.
    return false;
  }
}
