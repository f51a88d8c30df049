/** Requests to a runner: list the statements of a script, read it, and read the telescope's status. */
import {
  SequencerError,
  sourceFileSchema,
  statementSpanSchema,
  telescopeStatusSchema,
  type StatementSpan,
} from '@sequencer/model';
import { telescopeView, type TelescopeView } from '@sequencer/model/run-view';
import { z } from 'zod';
import type { LiveRun } from '../runs/live-run.ts';
import type { RunDeps } from '../runs/run-deps.ts';
import { storeScript } from '../store/run-store.ts';
import type { RunBackend } from './run-backend.ts';

/** The top-level statements of a script; null if nothing can list them. Throws the same errors as a start. */
export async function listStatements(
  backend: RunBackend,
  sequencer: string,
  script: string,
): Promise<StatementSpan[] | null> {
  const reply = await backend.request(sequencer, { name: 'statements', script });
  return reply && z.array(statementSpanSchema).parse(reply.result);
}

/** What runs on the telescope now; null if no observatory is configured. Throws RUNNER_AWAY. */
export async function readTelescope(backend: RunBackend, sequencer: string): Promise<TelescopeView | null> {
  const reply = await backend.request(sequencer, { name: 'telescope' });
  if (!reply)
    throw new SequencerError('RUNNER_AWAY', 'The telescope cannot be checked because no runner is connected.');
  const status = telescopeStatusSchema.nullable().parse(reply.result);
  return status && telescopeView(status);
}

/** Reads the script of a run from its runner, and stores it. Failures are logged: the next `hello` tries again. */
export async function fetchScript(parts: RunDeps, backend: RunBackend, live: LiveRun): Promise<void> {
  const { id, sequencer } = live.row;
  try {
    const answer = await backend.command(live.row, 'Sequencer', { name: 'source', file: '<script>' });
    const scriptHash = await storeScript(parts.db, id, sourceFileSchema.parse(answer).text);
    live.row = { ...live.row, scriptHash };
    live.changed.notify();
    parts.sequencerStates.invalidate(sequencer);
  } catch (error) {
    parts.log.warn({ run: id, err: error }, 'cannot read the script of a run from its runner');
  }
}
