/** The launcher's own PostgreSQL: on loopback, with a random password. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { newSecret, type DataFolder } from '../lib/data-folder.ts';
import type { Program } from '../process/supervised-process.ts';
import { freePort } from '../lib/ports.ts';
import type { Reporter } from '../lib/reporter.ts';
import { findBinaries } from './binaries.ts';
import { isServing, createCluster, setPassword, stopOrphanedServer } from './cluster.ts';
import { databaseUser, runAs } from './user.ts';

const PASSWORD = 'database-password';

export async function prepareDatabase(data: DataFolder, report: Reporter): Promise<{ url: string; program: Program }> {
  const folder = data.postgres;
  const binaries = await findBinaries();
  const user = databaseUser(folder);
  const known = data.readSecret(PASSWORD);
  const password = known ?? newSecret();
  const isNew = !existsSync(folder) || readdirSync(folder).length === 0;
  if (isNew) {
    report('Creating the database. This takes a few seconds, once ...');
    data.keepSecret(PASSWORD, password);
  }
  await createCluster(folder, binaries, user, password);
  await stopOrphanedServer(folder);
  // Otherwise `isServing` would read the status of the previous server.
  rmSync(join(folder, 'postmaster.pid'), { force: true });
  if (!isNew && known === null) {
    report(`The file ${PASSWORD} is missing or damaged. The database gets a new password.`);
    await setPassword(folder, binaries, user, password);
    // Last: an interruption before this line repeats the repair.
    data.keepSecret(PASSWORD, password);
  }
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '60',
  };
  const args = ['-D', folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  return {
    url: `postgres://sequencer:${password}@127.0.0.1:${port}/sequencer`,
    program: {
      name: 'database',
      ...runAs(user, binaries.postgres, args, [folder]),
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      cwd: '/',
      stopSignal: 'SIGINT',
      stopSeconds: 30,
      isReady: () => Promise.resolve(isServing(folder)),
    },
  };
}
