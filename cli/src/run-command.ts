/** `sequencer run`: submits the script, prints its output, and exits with its status. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import type { Api } from './api.ts';
import { checkScript } from './findings.ts';
import { followOutput } from './follow.ts';
import { RunQuestions } from './questions.ts';
import { report } from './report.ts';
import { SUMMARY, type RunSummary } from './run-id.ts';
import { chooseSequencer, readScript } from './submission.ts';
import { forwardSignals } from './stop-signals.ts';
import { Terminal } from './terminal.ts';

export interface RunOptions {
  sequencer: string | undefined;
  title: string | undefined;
  paused: boolean;
  attached: boolean;
  json: boolean;
}

/** Starts the watchdog of an attached run. The returned function has to be called when the run has ended. */
function startWatchdog({ server, token }: Api, run: string): () => void {
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

/** The exit status of the script; never 0 unless it succeeded. */
export function exitStatus({ phase, exitCode }: Pick<RunSummary, 'phase' | 'exitCode'>): number {
  if (phase === 'SUCCEEDED') return 0;
  return exitCode === null || exitCode === 0 ? 1 : exitCode;
}

export async function runCommand(api: Api, file: string, args: string[], options: RunOptions): Promise<number> {
  const script = await readScript(file);
  const sequencer = await chooseSequencer(api, options.sequencer);
  await checkScript(api, sequencer, file, script);
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
  const dismissWatchdog = options.attached ? startWatchdog(api, run.id) : () => undefined;
  const terminal = new Terminal(file !== '-' && !options.json);
  forwardSignals(api, run.id, (text) => {
    terminal.print(text);
  });
  if (options.json) process.stdout.write(`${JSON.stringify({ type: 'run', ...run })}\n`);
  else if (run.phase === 'QUEUED') report(`run ${sequencer}/${String(run.number)} is queued. ${run.reason ?? ''}`);
  const output = followOutput(api, run.id, (piece) => {
    if (options.json) process.stdout.write(`${JSON.stringify({ type: 'output', ...piece })}\n`);
    else terminal.write(piece);
  });
  await Promise.all([output, new RunQuestions(api, run.id, terminal, true).follow()]);
  const { run: last } = await api.requestUntilReachable<{ run: RunSummary }>(
    `query ($id: ID!) { run(id: $id) { ${SUMMARY} } }`,
    {
      id: run.id,
    },
  );
  dismissWatchdog();
  if (options.json) process.stdout.write(`${JSON.stringify({ type: 'ended', ...last })}\n`);
  else if (!['SUCCEEDED', 'FAILED', 'INTERRUPTED'].includes(last.phase))
    report(`run ${sequencer}/${String(run.number)}: ${last.phase.toLowerCase()}. ${last.reason ?? ''}`);
  return exitStatus(last);
}
