/** Creates the parts that estimate times. */
import { LIMITS, SequencerError } from '@sequencer/model';
import { estimateScript, type ScriptEstimate } from '@sequencer/model/estimates/script-estimate';
import type { StatementKeys } from '@sequencer/model/estimates/statement-keys';
import type { ScriptUses } from '@sequencer/model/preflight/script-uses';
import type { Logger } from '../lib/log.ts';
import { sha256 } from '../lib/sha256.ts';
import type { LiveRuns } from '../runs/live-runs.ts';
import type { SequencerStates } from '../runs/sequencer-states.ts';
import type { Db } from '../store/database.ts';
import { DurationRecorder } from './duration-recorder.ts';
import { typicalDurations } from './duration-store.ts';
import { RunPlans } from './run-plans.ts';
import { namesOf, partsOf } from './script-parts.ts';
import { StatementReader } from './statement-reader.ts';

export interface EstimatedScript extends ScriptEstimate {
  keys: StatementKeys[];
  /** In ms since 1970. */
  start: number;
}

export class Estimates {
  readonly recorder: DurationRecorder;
  readonly plans: RunPlans;
  readonly #db: Db;
  readonly #liveRuns: LiveRuns;
  readonly #reader: StatementReader;

  constructor(deps: { db: Db; log: Logger; liveRuns: LiveRuns; sequencerStates: SequencerStates }) {
    this.#db = deps.db;
    this.#liveRuns = deps.liveRuns;
    this.#reader = new StatementReader(deps.log);
    this.recorder = new DurationRecorder(deps.db, deps.log, this.#reader);
    this.recorder.onStored = (sequencer) => {
      deps.sequencerStates.invalidate(sequencer);
    };
    this.plans = new RunPlans({ ...deps, reader: this.#reader });
  }

  begin(): void {
    this.recorder.begin();
  }

  async close(): Promise<void> {
    await this.recorder.close();
    this.#reader.close();
  }

  /** What a script expects of its telescope. Null if it was not read in time. */
  usesOf(scriptHash: string, script: () => string | Promise<string>): Promise<ScriptUses | null> {
    return this.#reader.readUses(scriptHash, script);
  }

  /** The statements of a script. Null if it was not read in time. */
  keysOf(scriptHash: string, script: () => string | Promise<string>): Promise<StatementKeys[] | null> {
    return this.#reader.read(scriptHash, script);
  }

  /** The estimate of a script that starts at this time. Throws SCRIPT_TOO_LARGE, and TOO_MANY if it was not read in time. */
  async ofScript(sequencer: string, script: string, startAt: Date): Promise<EstimatedScript> {
    const keys = await this.#reader.read(sha256(script), () => script);
    if (!keys) {
      const message = 'The statements of the script could not be read in time.';
      throw new SequencerError('TOO_MANY', message, 'Try again later.');
    }
    if (keys.length > LIMITS.statementCount) throw new SequencerError('SCRIPT_TOO_LARGE');
    const start = startAt.getTime();
    // A user who has seen the end of a run expects it in the estimate.
    await this.#liveRuns.waitForStoredOutcomes(sequencer);
    await this.recorder.settled();
    const typicals = await typicalDurations(this.#db, sequencer, namesOf([keys]));
    return { keys, start, ...estimateScript(partsOf(keys, typicals), start) };
  }
}
