/** The command line: its commands and options, and the exit status of errors. */
import { Command, Option } from 'commander';
import { Api, readToken } from './api.ts';
import type { Common } from './common.ts';
import { readConfig } from './config.ts';
import { CommandError, EXIT, errorLines } from './errors.ts';
import { listCommand, logsCommand, statusCommand, controlCommand, stopAllCommand } from './other-commands.ts';
import { addQueueCommands } from './queue-program.ts';
import { report } from './report.ts';
import { runCommand } from './run-command.ts';

const config = readConfig(process.env);

const program = new Command('sequencer')
  .description('Run observing scripts on telescopes, and inspect and control the runs.')
  .enablePositionalOptions()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT.input));

function apiOf({ server, tokenFile }: Common): Api {
  return new Api(server, readToken(tokenFile, config.sequencerToken));
}

function command(usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .addOption(
      new Option('--server <url>', 'address of the API, in place of SEQUENCER_URL').default(config.sequencerUrl),
    )
    .addOption(
      new Option('--token-file <file>', 'file with an API token, in place of SEQUENCER_TOKEN_FILE').default(
        config.sequencerTokenFile,
      ),
    )
    .option('--json', 'print one JSON object per line', false);
}

const sequencerOption = () =>
  new Option('--sequencer <name>', 'telescope, in place of SEQUENCER').default(config.sequencer);

command('run', 'run a script (- reads standard input), print its output and exit with its status')
  .argument('<file>')
  .argument('[arguments...]', 'sys.argv[1:] of the script')
  .passThroughOptions()
  .addOption(sequencerOption())
  .option('--title <text>', 'title of the run (default: the name of the file)')
  .option('--paused', 'pause before the first line', false)
  .option('--attached', 'stop the run if this client exits or is killed: interrupt, then terminate, never kill', false)
  .action(
    async (
      file: string,
      args: string[],
      options: Common & { sequencer?: string; title?: string; paused: boolean; attached: boolean },
    ) => {
      const { sequencer, title, paused, attached, json } = options;
      process.exitCode = await runCommand(apiOf(options), file, args, {
        sequencer,
        title,
        paused,
        attached,
        json,
      });
    },
  );

command('status', 'show the state of each telescope').action(async (options: Common) => {
  await statusCommand(apiOf(options), options.json);
});

command('list', 'list the newest runs')
  .addOption(sequencerOption())
  .addOption(new Option('--limit <count>', 'number of runs').default(20).argParser(Number))
  .action(async (options: Common & { sequencer?: string; limit: number }) => {
    await listCommand(apiOf(options), options);
  });

command('logs', 'print the output of a run; <run> is its id, or its telescope and number: satp1/12')
  .argument('<run>')
  .option('-f, --follow', 'print new output until the run ends', false)
  .action(async (run: string, options: Common & { follow: boolean }) => {
    await logsCommand(apiOf(options), run, options);
  });

for (const [name, mutation, description] of [
  ['pause', 'pauseRun', 'pause a run at its next line'],
  ['resume', 'resumeRun', 'resume a run, or cancel a pending pause'],
] as const) {
  command(name, description)
    .argument('<run>')
    .action(async (run: string, options: Common) => {
      await controlCommand(apiOf(options), mutation, run, options.json);
    });
}

command('stop', 'stop a run')
  .argument('<run>')
  .addOption(
    new Option('--level <level>', 'how to stop it')
      .choices(['request', 'interrupt', 'terminate', 'kill'])
      .default('interrupt'),
  )
  .action(async (run: string, options: Common & { level: string }) => {
    await controlCommand(apiOf(options), 'stopRun', run, options.json, options.level.toUpperCase());
  });

command('stop-all', 'stop the active runs of all telescopes, and set their modes to Off')
  .requiredOption('--reason <text>', 'why, for the record')
  .addOption(
    new Option('--level <level>', 'how to stop them')
      .choices(['request', 'interrupt', 'terminate'])
      .default('interrupt'),
  )
  .action(async (options: Common & { level: string; reason: string }) => {
    await stopAllCommand(apiOf(options), options.level.toUpperCase(), options.reason, options.json);
  });

addQueueCommands({ command, sequencerOption, apiOf });

// When the reader of a pipe closes it, as with `| head`, exit quietly as other programs do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.brokenPipe);
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  for (const line of errorLines(error)) report(line);
  process.exitCode = error.exitCode;
}
