/** `sequencer run`: submits, shows the output as it comes, ends as the script ended. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Api } from './api.ts';
import { CommandError, EXIT } from './errors.ts';
import { followOutput, type Output } from './follow.ts';
import { SUMMARY, type RunSummary } from './run-id.ts';

export interface RunOptions {
  sequencer: string | undefined;
  title: string | undefined;
  paused: boolean;
  attached: boolean;
  json: boolean;
}

export function say(text: string): void {
  process.stderr.write(`sequencer: ${text}\n`);
}

async function readScript(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await buffer(process.stdin) : readFileSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${file} cannot be read: ${why}`, EXIT.input, 'BAD_INPUT');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CommandError(`${file} is not UTF-8 text. Save it as UTF-8.`, EXIT.input, 'SCRIPT_NOT_TEXT');
  }
}

/** The one that is named, or the only one. */
async function chooseSequencer(api: Api, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const { sequencers } = await api.request<{ sequencers: { name: string }[] }>('{ sequencers { name } }');
  const names = sequencers.map(({ name }) => name);
  if (names.length === 1 && names[0] !== undefined) return names[0];
  const text = `There are several sequencers: ${names.join(', ')}. Choose one with --sequencer, or set SEQUENCER.`;
  throw new CommandError(text, EXIT.input, 'BAD_INPUT');
}

const LADDER = ['INTERRUPT', 'TERMINATE', 'KILL'] as const;

/** Ctrl-C asks to interrupt, a second one to terminate, a third one kills; SIGTERM terminates. */
function passSignalsOn(api: Api, run: string): void {
  let rung = -1;
  const stop = (wanted: number) => {
    rung = Math.min(Math.max(wanted, rung + 1), LADDER.length - 1);
    const level = LADDER[rung] ?? 'KILL';
    say(`stopping the run (${level.toLowerCase()}) ...`);
    api
      .request('mutation ($id: ID!, $level: StopLevel!) { stopRun(id: $id, level: $level) { id } }', { id: run, level })
      .catch((error: unknown) => {
        if (error instanceof CommandError && error.code === 'RUN_NOT_STARTED') cancel(api, run);
        else if (!(error instanceof CommandError && error.code === 'RUN_FINISHED')) say(String(error));
      });
  };
  process.on('SIGINT', () => {
    stop(0);
  });
  process.on('SIGTERM', () => {
    stop(1);
  });
}

function cancel(api: Api, run: string): void {
  api.request('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: run }).catch((error: unknown) => {
    say(String(error));
  });
}

/** Returns what to call when the run has ended. */
function watchOver({ server, token }: Api, run: string): () => void {
  const watchdog = spawn(process.execPath, [join(import.meta.dirname, 'watchdog.ts'), server, run], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, ...(token === null ? {} : { SEQUENCER_TOKEN: token }) },
    detached: true,
  });
  watchdog.unref();
  return () => {
    watchdog.stdin.end('done\n');
  };
}

function write({ stream, text }: Output): void {
  (stream === 'STDERR' ? process.stderr : process.stdout).write(text);
}

/** The exit status of the script; never 0 unless it succeeded. */
export function exitStatus({ phase, exitCode }: Pick<RunSummary, 'phase' | 'exitCode'>): number {
  if (phase === 'SUCCEEDED') return 0;
  return exitCode === null || exitCode === 0 ? 1 : exitCode;
}

export async function runCommand(api: Api, file: string, args: string[], options: RunOptions): Promise<number> {
  const script = await readScript(file);
  const sequencer = await chooseSequencer(api, options.sequencer);
  const input = {
    sequencer,
    script,
    title: options.title ?? (file === '-' ? null : basename(file)),
    arguments: args,
    startPaused: options.paused,
    requestId: randomUUID(),
  };
  const { submitRun: run } = await api.request<{ submitRun: RunSummary }>(
    `mutation ($input: SubmitRunInput!) { submitRun(input: $input) { ${SUMMARY} } }`,
    { input },
  );
  const released = options.attached ? watchOver(api, run.id) : () => undefined;
  passSignalsOn(api, run.id);
  if (options.json) process.stdout.write(`${JSON.stringify({ type: 'run', ...run })}\n`);
  else if (run.phase === 'QUEUED') say(`run ${sequencer}/${String(run.number)} is queued. ${run.reason ?? ''}`);
  await followOutput(api, run.id, (piece) => {
    if (options.json) process.stdout.write(`${JSON.stringify({ type: 'output', ...piece })}\n`);
    else write(piece);
  });
  const { run: ended } = await api.persist<{ run: RunSummary }>(`query ($id: ID!) { run(id: $id) { ${SUMMARY} } }`, {
    id: run.id,
  });
  released();
  if (options.json) process.stdout.write(`${JSON.stringify({ type: 'ended', ...ended })}\n`);
  else if (!['SUCCEEDED', 'FAILED', 'INTERRUPTED'].includes(ended.phase))
    say(`run ${sequencer}/${String(run.number)}: ${ended.phase.toLowerCase()}. ${ended.reason ?? ''}`);
  return exitStatus(ended);
}
