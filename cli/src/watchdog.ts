/**
 * Stops an attached run after its client exited or was killed. The client holds the other end of a pipe, and writes `done`
 * before a normal exit.
 *
 *     node watchdog.ts SERVER RUN
 */
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from './api.ts';
import { readConfig } from './config.ts';

/** Never KILL: a script that cannot clean up may leave the telescope moving. Only a user may decide that. */
const LADDER = ['INTERRUPT', 'TERMINATE'] as const;
/** Time between two rungs, for the clean-up of sorunlib. */
const PATIENCE_MS = 60_000;

const [, , server = '', run = ''] = process.argv;

async function hasEnded(api: Api): Promise<boolean> {
  const answer = await api.requestUntilReachable<{ run: { finishedAt: string | null } | null }>(
    'query ($id: ID!) { run(id: $id) { finishedAt } }',
    { id: run },
  );
  return answer.run?.finishedAt !== null;
}

// A closed terminal must not end the watchdog before the run has stopped.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => undefined);
if (!(await text(process.stdin)).includes('done')) {
  const api = new Api(server, readConfig(process.env).sequencerToken ?? null);
  for (const level of LADDER) {
    if (await hasEnded(api)) break;
    await api
      .requestUntilReachable('mutation ($id: ID!, $level: StopLevel!) { stopRun(id: $id, level: $level) { id } }', {
        id: run,
        level,
      })
      .catch(() => undefined);
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !(await hasEnded(api));) await sleep(300);
  }
}
