/** The programs of the product, as siblings: in groups that start one after the other, and stop in the opposite order. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { DataFolder } from './data-folder.ts';
import { prepareDatabase } from './database/server.ts';
import type { Program } from './kept-process.ts';
import { realObservatory, simulatedObservatory, type OcsSettings } from './observatory.ts';
import { freePort, takesConnections } from './ports.ts';
import type { Say } from './say.ts';
import { SentenceError } from './sentence-error.ts';

const root = join(import.meta.dirname, '../..');

export function localAddress({ host, port }: Config): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

export async function findPrograms(config: Config, data: DataFolder, say: Say): Promise<Program[][]> {
  const python = join(root, '.venv/bin/python');
  if (!existsSync(python)) throw new SentenceError(`${python} is not there. Run \`make setup\` first.`);
  const base: Program[] = [];
  let databaseUrl = config.databaseUrl;
  if (databaseUrl === undefined) {
    const { url, program } = await prepareDatabase(data, say);
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
      if (!existsSync(file)) say(`${file} is not there: scripts of ${sequencer} cannot reach their observatory.`);
    }
  }
  const token = data.secret('runner-token');
  const workers = config.sequencers.map((name) => worker(config, data, python, token, name, ocs(name)));
  return [base, [api(config, databaseUrl, token)], workers];
}

/** The environment without what is for others: secrets, and variables that would change what a database client does. */
function environment(): NodeJS.ProcessEnv {
  const secret = /^(DATABASE_URL|RUNNER_TOKEN|PG[A-Z]+)$/;
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

function api(config: Config, databaseUrl: string, token: string): Program {
  return {
    name: 'api',
    command: process.execPath,
    args: [join(root, 'api/src/main.ts')],
    cwd: root,
    env: {
      ...environment(),
      HOST: config.host,
      PORT: String(config.port),
      DATABASE_URL: databaseUrl,
      SEQUENCERS: config.sequencers.join(','),
      RUNNER_TOKEN: token,
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
    isReady: (signal) => isConnected(address, sequencer, signal),
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

/** Whether the API has the worker of the sequencer on the line. */
async function isConnected(address: string, sequencer: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'query ($name: String!) { sequencer(name: $name) { runner { connected } } }',
        variables: { name: sequencer },
      }),
      signal,
    });
    const body = (await response.json()) as { data?: { sequencer?: { runner: { connected: boolean } } | null } };
    return body.data?.sequencer?.runner.connected ?? false;
  } catch {
    // The API is away, and is started again.
    return false;
  }
}
