/** The commands that inspect or control runs: status, list, logs, pause, resume and stop. */
import type { Api } from './api.ts';
import { followOutput, type Output } from './follow.ts';
import { RunQuestions } from './questions.ts';
import { SUMMARY, findRun, type RunSummary } from './run-id.ts';
import { Terminal } from './terminal.ts';

function print(json: boolean, value: object, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
}

function summaryLine(run: RunSummary): string {
  const name = `${run.sequencer.name}/${String(run.number)}`;
  return [name.padEnd(14), run.phase.padEnd(12), run.submittedAt.slice(0, 19).padEnd(20), run.title ?? '']
    .join(' ')
    .trimEnd();
}

export async function statusCommand(api: Api, json: boolean): Promise<void> {
  type Sequencer = {
    name: string;
    mode: string;
    runner: { connected: boolean };
    activeRun: RunSummary | null;
    queue: { id: string }[];
  };
  const { sequencers } = await api.request<{ sequencers: Sequencer[] }>(
    `{ sequencers { name mode runner { connected } activeRun { ${SUMMARY} } queue { id } } }`,
  );
  for (const s of sequencers) {
    const state = s.activeRun ? `${s.activeRun.phase.toLowerCase()}, run ${String(s.activeRun.number)}` : 'idle';
    const runner = s.runner.connected ? '' : ', runner not connected';
    print(
      json,
      s,
      `${s.name.padEnd(14)} ${state}, mode ${s.mode.toLowerCase()}, ${String(s.queue.length)} queued${runner}`,
    );
  }
}

export async function listCommand(
  api: Api,
  options: { sequencer?: string; limit: number; json: boolean },
): Promise<void> {
  const { runs } = await api.request<{ runs: { edges: { node: RunSummary }[] } }>(
    `query ($filter: RunFilter, $first: Int) { runs(filter: $filter, first: $first) { edges { node { ${SUMMARY} } } } }`,
    { filter: { sequencer: options.sequencer ?? null }, first: options.limit },
  );
  for (const { node } of runs.edges) print(options.json, node, summaryLine(node));
}

export async function logsCommand(api: Api, name: string, options: { follow: boolean; json: boolean }): Promise<void> {
  const run = await findRun(api, name);
  const write = (piece: Output) => {
    if (options.json) process.stdout.write(`${JSON.stringify(piece)}\n`);
    else (piece.stream === 'STDERR' ? process.stderr : process.stdout).write(piece.text);
  };
  if (options.follow) {
    const terminal = new Terminal(false);
    const questions = new RunQuestions(api, run.id, terminal, false);
    await Promise.all([
      followOutput(api, run.id, (piece) => {
        if (options.json) write(piece);
        else terminal.write(piece);
      }),
      // Only the terminal that started a run can answer; here open questions are printed.
      questions.follow(),
    ]);
    return;
  }
  for (let after = 0; ;) {
    const { run: page } = await api.request<{ run: { output: Output[] } }>(
      'query ($id: ID!, $after: Int) { run(id: $id) { output(after: $after, first: 1000) { seq stream text at } } }',
      { id: run.id, after },
    );
    page.output.forEach(write);
    const last = page.output.at(-1);
    if (!last) return;
    after = last.seq;
  }
}

/** Sends pauseRun, resumeRun or stopRun, then prints the state of the run. */
export async function controlCommand(
  api: Api,
  mutation: string,
  name: string,
  json: boolean,
  level?: string,
): Promise<void> {
  const run = await findRun(api, name);
  const [declared, passed] = level === undefined ? ['', ''] : [', $level: StopLevel!', ', level: $level'];
  const answer = await api.request<Record<string, RunSummary>>(
    `mutation ($id: ID!${declared}) { ${mutation}(id: $id${passed}) { ${SUMMARY} } }`,
    { id: run.id, ...(level === undefined ? {} : { level }) },
  );
  const after = answer[mutation] ?? run;
  print(json, after, `${summaryLine(after)}${after.reason ? `  ${after.reason}` : ''}`);
}

/** Stops the active runs of all telescopes that the user operates, and prints the runs that received the stop. */
export async function stopAllCommand(api: Api, level: string, reason: string, json: boolean): Promise<void> {
  const { stopAll } = await api.request<{ stopAll: RunSummary[] }>(
    `mutation ($level: StopLevel!, $reason: String!) { stopAll(level: $level, reason: $reason) { ${SUMMARY} } }`,
    { level, reason },
  );
  const lines = stopAll.map((run) => `${summaryLine(run)}${run.reason ? `  ${run.reason}` : ''}`);
  print(json, stopAll, [...lines, 'All modes are Off.'].join('\n'));
}
