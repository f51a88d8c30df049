/**
 * Stops an attached run when the client that started it is gone, however it went: the client holds the other end of a
 * pipe, and writes `done` before it exits normally.
 *
 *     node watchdog.ts SERVER RUN
 */
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, readToken } from './api.ts';

/** Never KILL: without its clean-up a script may leave the telescope moving. A person has to decide that. */
const LADDER = ['INTERRUPT', 'TERMINATE'] as const;
/** Between two rungs: a clean-up of sorunlib takes its time. */
const PATIENCE_MS = 60_000;

const [, , server = '', run = ''] = process.argv;

async function hasEnded(api: Api): Promise<boolean> {
  const answer = await api.persist<{ run: { finishedAt: string | null } | null }>(
    'query ($id: ID!) { run(id: $id) { finishedAt } }',
    { id: run },
  );
  return answer.run?.finishedAt !== null;
}

// A closed terminal must not end it before it has done its work.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => undefined);
if (!(await text(process.stdin)).includes('done')) {
  const api = new Api(server, readToken(undefined, process.env));
  for (const level of LADDER) {
    if (await hasEnded(api)) break;
    await api
      .persist('mutation ($id: ID!, $level: StopLevel!) { stopRun(id: $id, level: $level) { id } }', { id: run, level })
      .catch(() => undefined);
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !(await hasEnded(api));) await sleep(300);
  }
}
