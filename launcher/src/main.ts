/** Entry point of `make run`: starts the database, the simulated observatory, the API and the workers, all in one data folder. */
import { readConfig, type Config } from './config.ts';
import { DataFolder } from './lib/data-folder.ts';
import { Launcher } from './launcher.ts';
import { acquireLock } from './process/lock.ts';
import { portProblem } from './lib/ports.ts';
import { damagedRecord, endOrphans } from './process/process-record.ts';
import { findPrograms, localAddress } from './programs.ts';
import { report } from './lib/reporter.ts';
import { UserError, asUserError } from './lib/user-error.ts';

const SHARED =
  "Scripts run as the same Unix user as the API: every operator can read this installation's secrets and act as admin. " +
  'If you do not trust every operator as an admin, use compose or Kubernetes (docs/security.md).';

async function run(config: Config): Promise<void> {
  const address = localAddress(config);
  const data = new DataFolder(config.dataDir);
  const releaseLock = acquireLock(data.lock, address, data.path);
  try {
    await endOrphans(
      data.processes,
      (names) => {
        report(`Stopping processes that an earlier start left running: ${names.join(', ')} ...`);
      },
      (file) => {
        report(damagedRecord(file));
      },
    );
    const problem = await portProblem(config.host, config.port);
    if (problem !== null) {
      throw new UserError(`Port ${config.port} of ${config.host} cannot be used: ${problem}. Set PORT to another one.`);
    }
    if (config.signIn) report(SHARED);
    const programs = await findPrograms(config, data, report);
    const launcher = new Launcher(programs, data, report);
    const stopped = stopOnSignal(launcher, config);
    if (await launcher.start()) {
      report(
        `Sequencer is ready at ${address} for ${config.sequencers.join(', ')}. Its data is in ${data.path}. Press Ctrl-C to stop.`,
      );
    }
    await stopped;
    report('All processes have stopped.');
  } finally {
    releaseLock();
  }
}

/** Resolves when a signal was received and all processes have ended. */
async function stopOnSignal(launcher: Launcher, config: Config): Promise<void> {
  let signals = 0;
  await new Promise<void>((resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        signals += 1;
        if (signals > 1) {
          report('Killing the remaining processes.');
          launcher.killAll();
          return;
        }
        report(
          `Stopping. A running script has ${config.stopGraceSeconds} s to clean up. Press Ctrl-C again to kill everything now.`,
        );
        launcher.stop().then(resolve, reject);
      });
    }
  });
}

try {
  await run(readConfig(process.env));
} catch (error) {
  const userError = asUserError(error);
  if (!userError) throw error;
  console.error(userError.message);
  process.exitCode = 1;
}
