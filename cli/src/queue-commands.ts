/** The commands that show and change the queue of a telescope. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Api } from './api.ts';
import { CommandError, EXIT } from './errors.ts';
import { checkScript } from './findings.ts';
import { SUMMARY, findRun, type RunSummary } from './run-id.ts';
import { chooseSequencer, readScript } from './submission.ts';

interface QueuedRun extends RunSummary {
  version: number;
  resources: string[];
  window: { notBefore: string | null; notAfter: string | null } | null;
}

const QUEUED = `${SUMMARY} version resources window { notBefore notAfter }`;

/** What `add` and `edit` can set. Undefined: not named, unchanged. */
export interface Settings {
  title?: string | undefined;
  notBefore?: string | null | undefined;
  notAfter?: string | null | undefined;
  timeoutSeconds?: number | null | undefined;
  afterFailure?: string | undefined;
  resources?: string[] | undefined;
}

const nameOf = (run: RunSummary) => `${run.sequencer.name}/${String(run.number)}`;

function print(json: boolean, run: RunSummary, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(run) : text}\n`);
}

export async function queueCommand(api: Api, named: string | undefined, json: boolean): Promise<void> {
  const name = await chooseSequencer(api, named);
  type Answer = {
    sequencer: { mode: string; modeReason: string | null; activeRun: RunSummary | null; queue: QueuedRun[] } | null;
  };
  const { sequencer } = await api.request<Answer>(
    `query ($name: String!) { sequencer(name: $name) {
      mode modeReason activeRun { ${SUMMARY} } queue { ${QUEUED} } } }`,
    { name },
  );
  if (!sequencer) throw new CommandError(`There is no sequencer "${name}".`, EXIT.refused, 'UNKNOWN_SEQUENCER');
  const { activeRun, queue } = sequencer;
  if (!json) process.stdout.write(`Mode ${sequencer.mode.toLowerCase()}. ${sequencer.modeReason ?? ''}`.trim() + '\n');
  const widest = Math.max(0, ...[activeRun, ...queue].map((run) => run?.title?.length ?? 0));
  const line = (place: string, run: RunSummary, state: string) =>
    `${place.padStart(3)} ${nameOf(run).padEnd(14)} ${(run.title ?? '').padEnd(widest)}  ${state}`.trimEnd();
  if (activeRun) print(json, activeRun, line('now', activeRun, activeRun.phase.toLowerCase()));
  queue.forEach((run, index) => {
    print(json, run, line(String(index + 1), run, run.reason ?? ''));
  });
}

export async function addCommand(
  api: Api,
  files: readonly string[],
  options: Settings & { sequencer?: string | undefined; copies: number; position?: number | undefined; json: boolean },
): Promise<void> {
  const { sequencer: named, copies, position, json, title, ...settings } = options;
  if (files.length > 1 && title !== undefined) {
    throw new CommandError(
      '--title is for one file.',
      EXIT.input,
      'BAD_INPUT',
      'Without it, each run has its file name.',
    );
  }
  const sequencer = await chooseSequencer(api, named);
  const inputs = [];
  for (const file of files) {
    const script = await readScript(file);
    await checkScript(api, sequencer, file, script, 'Nothing was added.');
    const { timeoutSeconds, afterFailure, resources } = settings;
    inputs.push({
      sequencer,
      script,
      title: title ?? (file === '-' ? null : basename(file)),
      start: 'QUEUED',
      window: windowOf(settings),
      timeoutSeconds,
      afterFailure,
      resources,
      position: position === undefined ? null : fromPlace(position),
      requestId: randomUUID(),
    });
  }
  const { submitRuns } = await api.request<{ submitRuns: RunSummary[] }>(
    `mutation ($inputs: [SubmitRunInput!]!, $copies: Int) { submitRuns(inputs: $inputs, copies: $copies) { ${SUMMARY} } }`,
    { inputs, copies },
  );
  for (const run of submitRuns) print(json, run, `${nameOf(run)} is queued. ${run.reason ?? ''}`.trimEnd());
}

export async function editCommand(
  api: Api,
  name: string,
  file: string | undefined,
  { json, ...settings }: Settings & { json: boolean },
): Promise<void> {
  const { id } = await findRun(api, name);
  const { run } = await api.request<{ run: QueuedRun }>(`query ($id: ID!) { run(id: $id) { ${QUEUED} } }`, { id });
  const { notBefore, notAfter, ...changed } = settings;
  const input: Record<string, unknown> = { ...changed, version: run.version };
  if (notBefore !== undefined || notAfter !== undefined) input.window = windowOf({ ...run.window, ...named(settings) });
  if (file !== undefined) {
    input.script = await readScript(file);
    await checkScript(api, run.sequencer.name, file, input.script as string, 'Nothing was changed.');
  }
  const { editRun } = await api.request<{ editRun: RunSummary }>(
    `mutation ($id: ID!, $input: EditRunInput!) { editRun(id: $id, input: $input) { ${SUMMARY} } }`,
    { id, input },
  );
  print(json, editRun, `${nameOf(editRun)} was changed. ${editRun.reason ?? ''}`.trimEnd());
}

/** @param place 1 is the next run */
export async function moveCommand(api: Api, name: string, place: number, json: boolean): Promise<void> {
  const run = await findRun(api, name);
  await api.request('mutation ($run: ID!, $position: Int!) { moveInQueue(run: $run, position: $position) { name } }', {
    run: run.id,
    position: fromPlace(place),
  });
  await queueCommand(api, run.sequencer.name, json);
}

/** The type of the reason of each mutation; null for those without one. */
const REASONS = { holdRun: 'String', declineRun: 'String!', releaseRun: null, cancelRun: null, acceptRun: null };

/** Holds, releases or cancels a queued run, and accepts or declines a proposed one. */
export async function changeCommand(
  api: Api,
  mutation: keyof typeof REASONS,
  name: string,
  { reason, json }: { reason?: string; json: boolean },
): Promise<void> {
  const { id } = await findRun(api, name);
  const type = REASONS[mutation];
  const [declared, passed] = type ? [`, $reason: ${type}`, ', reason: $reason'] : ['', ''];
  const answer = await api.request<Record<string, RunSummary>>(
    `mutation ($id: ID!${declared}) { ${mutation}(id: $id${passed}) { ${SUMMARY} } }`,
    { id, ...(type && { reason: reason ?? null }) },
  );
  const run = answer[mutation];
  if (run) print(json, run, `${nameOf(run)} is ${run.phase.toLowerCase()}. ${run.reason ?? ''}`.trimEnd());
}

export async function modeCommand(
  api: Api,
  mode: string,
  options: { sequencer?: string; reason?: string; json: boolean },
): Promise<void> {
  const sequencer = await chooseSequencer(api, options.sequencer);
  await api.request(
    `mutation ($sequencer: String!, $mode: SequencerMode!, $reason: String) {
      setMode(sequencer: $sequencer, mode: $mode, reason: $reason) { name } }`,
    { sequencer, mode: mode.toUpperCase(), reason: options.reason ?? null },
  );
  await queueCommand(api, sequencer, options.json);
}

function windowOf({ notBefore = null, notAfter = null }: Settings): object | null {
  return notBefore === null && notAfter === null ? null : { notBefore, notAfter };
}

/** The ends of the window that the command names. */
function named({ notBefore, notAfter }: Settings): Settings {
  return { ...(notBefore !== undefined && { notBefore }), ...(notAfter !== undefined && { notAfter }) };
}

function fromPlace(place: number): number {
  if (Number.isSafeInteger(place) && place >= 1) return place - 1;
  throw new CommandError('A place in the queue is a number from 1.', EXIT.input, 'BAD_INPUT', '1 is the next run.');
}
