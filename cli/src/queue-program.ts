/** The commands of the queue and their options. */
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { Api } from './api.ts';
import type { Common } from './common.ts';
import { readMoment } from './moment.ts';
import {
  addCommand,
  changeCommand,
  editCommand,
  modeCommand,
  moveCommand,
  queueCommand,
  type Settings,
} from './queue-commands.ts';

interface Base {
  command: (usage: string, description: string) => Command;
  sequencerOption: () => Option;
  apiOf: (options: Common) => Api;
}

/** The value that removes a setting. */
const NONE = 'none';

interface SettingOptions extends Common {
  title?: string;
  notBefore?: string;
  notAfter?: string;
  timeLimit?: number | typeof NONE;
  afterFailure?: string;
  resource?: string[];
}

const RUN = 'id, or telescope and number: satp1/12';

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
}

const orNone =
  <T>(read: (text: string) => T) =>
  (text: string): T | typeof NONE =>
    text === NONE ? NONE : read(text);

/** The parser of options replaces null by an empty text. */
const withNull = <T>(value: T): Exclude<T, typeof NONE> | null =>
  value === NONE ? null : (value as Exclude<T, typeof NONE>);

function withSettings(command: Command): Command {
  const moment = orNone((text) => readMoment(text));
  return command
    .option('--title <text>', 'title of the run')
    .addOption(new Option('--not-before <time>', 'start it at this time at the earliest').argParser(moment))
    .addOption(new Option('--not-after <time>', 'cancel it if it has not started by then').argParser(moment))
    .addOption(new Option('--time-limit <seconds>', 'interrupt it after this time').argParser(orNone(wholeNumber)))
    .addOption(new Option('--after-failure <what>', 'what follows if it fails').choices(['hold-queue', 'continue']))
    .addOption(
      new Option('--resource <name>', 'what it shares with other telescopes, such as laser; can be repeated').argParser(
        (name, others: string[] | undefined) => [...(others ?? []), name],
      ),
    )
    .addHelpText('after', '\nA time is 22:10 (the next one, in UTC) or 2026-06-01T22:10Z; none removes it.');
}

const settingsOf = ({ title, notBefore, notAfter, timeLimit, afterFailure, resource }: SettingOptions): Settings => ({
  title,
  notBefore: withNull(notBefore),
  notAfter: withNull(notAfter),
  timeoutSeconds: withNull(timeLimit),
  afterFailure: afterFailure?.toUpperCase().replace('-', '_'),
  resources: resource?.filter((name) => name !== NONE),
});

export function addQueueCommands({ command, sequencerOption, apiOf }: Base): void {
  command('queue', 'show the queue of a telescope')
    .addOption(sequencerOption())
    .action(async (options: Common & { sequencer?: string }) => {
      await queueCommand(apiOf(options), options.sequencer, options.json);
    });

  withSettings(command('add', 'add scripts to the queue: all of them, or none if one is refused'))
    .argument('<files...>')
    .addOption(sequencerOption())
    .addOption(new Option('--copies <count>', 'how often the list is added').default(1).argParser(wholeNumber))
    .addOption(new Option('--position <place>', 'place in the queue; 1 is the next run').argParser(wholeNumber))
    .action(
      async (files: string[], options: SettingOptions & { sequencer?: string; copies: number; position?: number }) => {
        const { sequencer, copies, position, json } = options;
        await addCommand(apiOf(options), files, { ...settingsOf(options), sequencer, copies, position, json });
      },
    );

  withSettings(command('edit', 'change a queued run'))
    .argument('<run>', RUN)
    .option('--script <file>', 'replace its script')
    .action(async (run: string, options: SettingOptions & { script?: string }) => {
      await editCommand(apiOf(options), run, options.script, { ...settingsOf(options), json: options.json });
    });

  command('move', 'move a queued run to a place; 1 is the next run')
    .argument('<run>', RUN)
    .argument('<place>', 'its new place', wholeNumber)
    .action(async (run: string, place: number, options: Common) => {
      await moveCommand(apiOf(options), run, place, options.json);
    });

  for (const [name, mutation, description] of [
    ['hold', 'holdRun', 'hold a queued run: the queue skips it until it is released'],
    ['release', 'releaseRun', 'release a run that is on hold'],
    ['cancel', 'cancelRun', 'remove a queued run'],
    ['accept', 'acceptRun', 'accept a proposed run, which becomes a queued run'],
    ['decline', 'declineRun', 'decline a proposed run'],
  ] as const) {
    const added = command(name, description).argument('<run>', RUN);
    if (name === 'hold') added.option('--reason <text>', 'why');
    if (name === 'decline') added.requiredOption('--reason <text>', 'why, for the proposer');
    added.action(async (run: string, options: Common & { reason?: string }) => {
      await changeCommand(apiOf(options), mutation, run, options);
    });
  }

  command('mode', 'set the mode of a telescope')
    .addArgument(new Argument('<mode>').choices(['off', 'queue', 'scheduler']))
    .addOption(sequencerOption())
    .option('--reason <text>', 'why')
    .action(async (mode: string, options: Common & { sequencer?: string; reason?: string }) => {
      await modeCommand(apiOf(options), mode, options);
    });
}
