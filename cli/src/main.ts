/** The command line: what can be asked, and how errors end it. */
import { Command, Option } from 'commander';
import { Api, readToken } from './api.ts';
import { CommandError, EXIT } from './errors.ts';
import { listCommand, logsCommand, statusCommand, steerCommand } from './other-commands.ts';
import { runCommand } from './run-command.ts';
import { say } from './say.ts';

interface Common {
  server: string;
  tokenFile?: string;
  json: boolean;
}

// A variable that is set to nothing is as good as not set.
for (const name of ['SEQUENCER', 'SEQUENCER_URL', 'SEQUENCER_TOKEN_FILE']) {
  if (process.env[name] === '') Reflect.deleteProperty(process.env, name);
}

const program = new Command('sequencer')
  .description('Runs observing scripts on telescopes, and looks at runs.')
  .enablePositionalOptions()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT.input));

function apiOf({ server, tokenFile }: Common): Api {
  return new Api(server, readToken(tokenFile, process.env));
}

function command(usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .addOption(
      new Option('--server <url>', 'the address of the API').env('SEQUENCER_URL').default('http://127.0.0.1:8000'),
    )
    .addOption(
      new Option('--token-file <file>', 'the file with an API token; else SEQUENCER_TOKEN').env('SEQUENCER_TOKEN_FILE'),
    )
    .option('--json', 'one JSON object a line, for programs', false);
}

const sequencerOption = () => new Option('--sequencer <name>', 'which telescope').env('SEQUENCER');

command('run', 'run a script (- reads it from standard input), show its output, end with its exit status')
  .argument('<file>')
  .argument('[arguments...]', 'sys.argv[1:] of the script')
  .passThroughOptions()
  .addOption(sequencerOption())
  .option('--title <text>', 'how the run is called; the name of the file when left out')
  .option('--paused', 'stop before the first line', false)
  .option(
    '--attached',
    'stop the run when this client is gone, even if it was killed: interrupt, then terminate; never kill',
    false,
  )
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

command('status', 'every telescope in a line').action(async (options: Common) => {
  await statusCommand(apiOf(options), options.json);
});

command('list', 'the newest runs')
  .addOption(sequencerOption())
  .addOption(new Option('--limit <count>', 'how many').default(20).argParser(Number))
  .action(async (options: Common & { sequencer?: string; limit: number }) => {
    await listCommand(apiOf(options), options);
  });

command('logs', 'the output of a run, named by its id or like satp1/12')
  .argument('<run>')
  .option('-f, --follow', 'until it ends', false)
  .action(async (run: string, options: Common & { follow: boolean }) => {
    await logsCommand(apiOf(options), run, options);
  });

for (const [name, mutation, description] of [
  ['pause', 'pauseRun', 'pause a run at its next line'],
  ['resume', 'resumeRun', 'let a run go on, or take a pending pause back'],
] as const) {
  command(name, description)
    .argument('<run>')
    .action(async (run: string, options: Common) => {
      await steerCommand(apiOf(options), mutation, run, options.json);
    });
}

command('stop', 'stop a run')
  .argument('<run>')
  .addOption(
    new Option('--level <level>', 'how hard')
      .choices(['request', 'interrupt', 'terminate', 'kill'])
      .default('interrupt'),
  )
  .action(async (run: string, options: Common & { level: string }) => {
    await steerCommand(apiOf(options), 'stopRun', run, options.json, options.level.toUpperCase());
  });

// As other programs do: whose reader has gone, as with `| head`, ends quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.brokenPipe);
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  say(`${error.message} (${error.code})`);
  process.exitCode = error.exitCode;
}
