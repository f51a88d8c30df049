/** What `make run` starts: the database, the simulated observatory, the API and the workers, all in one data folder. */
import { readConfig, type Config } from './config.ts';
import { DataFolder } from './data-folder.ts';
import { Launcher } from './launcher.ts';
import { takeLock } from './lock.ts';
import { portProblem } from './ports.ts';
import { damagedRecord, endOrphans } from './process-record.ts';
import { findPrograms, localAddress } from './programs.ts';
import { report } from './reporter.ts';
import { UserError, asUserError } from './user-error.ts';

const SHARED =
  "Scripts run as the same Unix user as the API: every operator can read this installation's secrets and act as admin. " +
  'Where operators are not all trusted as admins, use compose or Kubernetes (docs/security.md).';

async function run(config: Config): Promise<void> {
  const address = localAddress(config);
  const data = new DataFolder(config.dataDir);
  const giveBack = takeLock(data.lock, address, data.path);
  try {
    await endOrphans(
      data.processes,
      (names) => {
        report(`Ending what an earlier start has left: ${names.join(', ')} ...`);
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
    const asked = stopWhenAsked(launcher, config);
    if (await launcher.start()) {
      report(
        `Sequencer is ready at ${address} with ${config.sequencers.join(', ')}; all state is in ${data.path}. Ctrl-C stops it.`,
      );
    }
    await asked;
    report('Everything has stopped.');
  } finally {
    giveBack();
  }
}

/** Resolves when a signal was received and everything has ended. */
async function stopWhenAsked(launcher: Launcher, config: Config): Promise<void> {
  let asked = 0;
  await new Promise<void>((resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        asked += 1;
        if (asked > 1) {
          report('Killing what is left.');
          launcher.killWhatIsLeft();
          return;
        }
        report(
          `Stopping. A running script has ${config.stopGraceSeconds} s to clean up; once more does not wait for it.`,
        );
        launcher.stop().then(resolve, reject);
      });
    }
  });
}

try {
  await run(readConfig(process.env));
} catch (error) {
  const sentence = asUserError(error);
  if (!sentence) throw error;
  console.error(sentence.message);
  process.exitCode = 1;
}
