/**
 * Measures the images that `make images` built, on the Docker engine of DOCKER_HOST: their sizes, and the median time from
 * `docker start` until each is ready.
 *
 *     make bench-images
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '@sequencer/testing/root';
import { printTable, report } from './lib/figures.ts';
import { median } from './lib/numbers.ts';

const STARTS = 5;
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const image = (part: string) => `sequencer-${part}:${process.env.SEQUENCER_VERSION ?? version}`;
const name = (part: string) => `sequencer-bench-${String(process.pid)}-${part}`;
const secret = randomBytes(16).toString('hex');

function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

async function until(isReady: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isReady())) {
    if (Date.now() > deadline) throw new Error('not ready after 60 s');
    await sleep(10);
  }
}

const isOk = (port: string, path: string) => async () => {
  try {
    return (await fetch(`http://127.0.0.1:${port}${path}`)).ok;
  } catch {
    // The connection is refused until the server listens.
    return false;
  }
};

function create(part: string, args: string[], command: string[] = []): void {
  docker('create', '--name', name(part), '--network', name('network'), ...args, image(part), ...command);
}

/** Median seconds from `docker start` until the container is ready. */
async function starts(
  part: string,
  isReady: (port: string) => () => Promise<boolean>,
  port: number | null,
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const begin = performance.now();
    docker('start', name(part));
    const published = port === null ? '' : (docker('port', name(part), String(port)).split(':').at(-1) ?? '');
    await until(isReady(published));
    times.push((performance.now() - begin) / 1000);
    if (i < STARTS - 1) docker('stop', name(part));
  }
  return median(times);
}

for (const [part, bound] of [
  ['api', 250],
  ['web', 60],
  ['runner', 300],
  ['simulator', 250],
] as const) {
  const megabytes = Number(docker('image', 'inspect', '--format', '{{.Size}}', image(part))) / 1e6;
  report(`image ${part}, size`, `${megabytes.toFixed(0)} MB`, `under ${String(bound)} MB`, megabytes < bound);
}

const limits = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL'];
try {
  docker('network', 'create', name('network'));
  docker(
    ...['run', '--detach', '--name', name('postgres'), '--network', name('network'), '--network-alias', 'postgres'],
    ...['--env', 'POSTGRES_USER=sequencer', '--env', `POSTGRES_PASSWORD=${secret}`, 'postgres:17'],
  );
  create('api', [
    ...[...limits, '--network-alias', 'api', '--publish', '127.0.0.1::8000', '--env', 'AUTH=proxy'],
    ...['--env', `PROXY_SECRET=${secret}`, '--env', 'TRUSTED_PROXIES=127.0.0.1', '--env', 'ROLE_GROUPS=all=viewer'],
    ...['--env', `DATABASE_URL=postgres://sequencer:${secret}@postgres/sequencer`, '--env', `RUNNER_TOKEN=${secret}`],
    ...['--env', 'ALLOWED_HOSTS=api'],
  ]);
  create('web', [...limits, '--publish', '127.0.0.1::8080']);
  create(
    'runner',
    [...limits, '--tmpfs', '/state:uid=1000', '--env', `RUNNER_TOKEN=${secret}`],
    ['--gateway', 'ws://api:8000/runner', '--sequencer', 'satp1'],
  );
  await until(() => {
    const log = docker('exec', name('postgres'), 'sh', '-c', 'pg_isready -h 127.0.0.1 -U sequencer || true');
    return Promise.resolve(log.includes('accepting'));
  });
  // The first start creates the tables.
  docker('start', name('api'));
  await until(isOk(docker('port', name('api'), '8000').split(':').at(-1) ?? '', '/readyz'));
  docker('stop', name('api'));

  const api = await starts('api', (port) => isOk(port, '/readyz'), 8000);
  report('image api, until /readyz', `${api.toFixed(2)} s`, 'under 2 s', api < 2);
  const web = await starts('web', (port) => isOk(port, '/healthz'), 8080);
  report('image web, until /healthz', `${web.toFixed(2)} s`, 'under 1 s', web < 1);
  const apiPort = docker('port', name('api'), '8000').split(':').at(-1) ?? '';
  const runner = await starts('runner', () => isOk(apiPort, '/readyz/satp1'), null);
  report('image runner, until connected to the API', `${runner.toFixed(2)} s`, 'under 3 s', runner < 3);
} finally {
  for (const part of ['runner', 'web', 'api', 'postgres']) {
    execFileSync('docker', ['rm', '--force', '--volumes', name(part)], { stdio: 'ignore' });
  }
  docker('network', 'rm', name('network'));
}
printTable();
