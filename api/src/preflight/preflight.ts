/** Checks what can be known before a script starts on a telescope, with and without a runner. Nothing is changed by it. */
import { conditionsSchema, SequencerError } from '@sequencer/model';
import {
  agentsCheck,
  clockCheck,
  configurationCheck,
  diskCheck,
  hostnameCheck,
  syntaxCheck,
  timesCheck,
  windowsCheck,
  type PreflightCheck,
  type RunnerConditions,
} from '@sequencer/model/preflight/checks';
import type { ScriptUses } from '@sequencer/model/preflight/script-uses';
import type { RunBackend } from '../backends/run-backend.ts';
import { checkScript } from '../backends/script-check.ts';
import type { Estimates, EstimatedScript } from '../estimates/estimates.ts';
import { sha256 } from '../lib/sha256.ts';
import type { SequencerStates } from '../runs/sequencer-states.ts';
import type { Db } from '../store/database.ts';
import { scriptOf, type RunSummary } from '../store/run-store.ts';

/** What a runner reports is used again for this long: the rows of a queue share it. */
const CONDITIONS_MS = 5000;

interface Start {
  sequencer: string;
  /** The queued run. It is not compared with itself. */
  run: string | null;
  /** In ms since 1970. */
  at: number;
}

export interface PreflightParts {
  db: Db;
  backend: RunBackend;
  sequencerStates: SequencerStates;
  estimates: Estimates;
}

export class Preflight {
  readonly #parts: PreflightParts;
  readonly #conditions = new Map<string, { read: Promise<RunnerConditions>; until: number }>();

  constructor(parts: PreflightParts) {
    this.#parts = parts;
  }

  /** The checks for a script that would start at this time. */
  async ofScript(sequencer: string, script: string, startAt: Date): Promise<PreflightCheck[]> {
    const { backend, estimates } = this.#parts;
    const start = { sequencer, run: null, at: startAt.getTime() };
    const [findings, rest] = await Promise.all([
      checkScript(backend, sequencer, script, 0),
      this.#checks(
        start,
        estimates.usesOf(sha256(script), () => script),
        estimateOrNull(estimates, start, script),
      ),
    ]);
    return [syntaxCheck(findings), configurationCheck(findings), ...rest];
  }

  /** The checks for a queued run when its turn is expected. Its script was compiled when it was submitted. */
  async ofQueued({ id, sequencer, scriptHash, startAt }: RunSummary): Promise<PreflightCheck[]> {
    const { db, estimates } = this.#parts;
    const expected = await estimates.plans.of({ id, sequencer });
    const start = { sequencer, run: id, at: expected.start?.getTime() ?? Date.now() };
    const script = () => scriptOf(db, id);
    const keys = estimates.keysOf(scriptHash, script);
    const timed = keys.then((all) => all && { keys: all.slice(startAt ?? 0), endsAt: expected.end?.getTime() ?? null });
    return this.#checks(start, estimates.usesOf(scriptHash, script), timed);
  }

  async #checks(
    { sequencer, run, at }: Start,
    reading: Promise<ScriptUses | null>,
    timing: Promise<Pick<EstimatedScript, 'keys' | 'endsAt'> | null>,
  ): Promise<PreflightCheck[]> {
    const { backend, sequencerStates } = this.#parts;
    const [uses, timed, runner, { queue }] = await Promise.all([
      reading,
      timing,
      this.#runner(sequencer),
      sequencerStates.get(sequencer),
    ]);
    const others = queue.filter(({ id, onHoldSince }) => id !== run && onHoldSince === null);
    return [
      hostnameCheck(uses, backend.hostname(sequencer)),
      agentsCheck(uses, runner),
      timesCheck(timed?.keys ?? null, at),
      windowsCheck(at, timed?.endsAt ?? null, others),
      clockCheck(runner),
      diskCheck(runner),
    ];
  }

  #runner(sequencer: string): Promise<RunnerConditions> {
    const now = performance.now();
    const kept = this.#conditions.get(sequencer);
    if (kept && kept.until > now) return kept.read;
    const read = this.#readRunner(sequencer);
    this.#conditions.set(sequencer, { read, until: now + CONDITIONS_MS });
    return read;
  }

  async #readRunner(sequencer: string): Promise<RunnerConditions> {
    try {
      const reply = await this.#parts.backend.request(sequencer, { name: 'conditions' });
      if (!reply) return { unknown: 'no runner is connected.' };
      const parsed = conditionsSchema.safeParse(reply.result);
      if (!parsed.success) return { unknown: 'the reply of the runner has an unknown format.' };
      return { conditions: parsed.data, receivedAt: Date.now() };
    } catch (error) {
      if (!(error instanceof SequencerError)) throw error;
      const isOld = error.code === 'NOT_YET';
      return { unknown: isOld ? 'the runner is of an earlier version.' : error.message };
    }
  }
}

/** Null if the script could not be read in time, or has too many statements. */
async function estimateOrNull(estimates: Estimates, start: Start, script: string): Promise<EstimatedScript | null> {
  try {
    return await estimates.ofScript(start.sequencer, script, new Date(start.at));
  } catch (error) {
    if (error instanceof SequencerError) return null;
    throw error;
  }
}
