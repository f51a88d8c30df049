/** When the active run and the queued runs of a sequencer are expected to start and end. */
import { isFinal, type RunView } from '@sequencer/model';
import { planQueue, type Expected, type PlannedRun } from '@sequencer/model/estimates/queue-plan';
import { forecastRun, type RunForecast } from '@sequencer/model/estimates/run-forecast';
import { keysOf } from '@sequencer/model/estimates/run-durations';
import { estimateScript, type EstimatedPart } from '@sequencer/model/estimates/script-estimate';
import type { StatementKeys } from '@sequencer/model/estimates/statement-keys';
import { readView, type LiveRuns } from '../runs/live-runs.ts';
import type { SequencerState, SequencerStates } from '../runs/sequencer-states.ts';
import type { Db } from '../store/database.ts';
import type { RunSummary } from '../store/run-store.ts';
import { typicalDurations } from './duration-store.ts';
import { readRunStatements } from './run-script.ts';
import { namesOf, partOf, partsOf, type Typicals } from './script-parts.ts';
import type { StatementReader } from './statement-reader.ts';

/** The queue is planned up to this many statements. The runs after that have no times. */
const PLANNED_STATEMENTS = 50_000;
/** Scripts of the queue that are not read in this time count as unknown, until the next request. */
const READ_WITHIN_MS = 1000;
/** A plan is used again for this long, unless the queue changes. */
const PLAN_MS = 1000;

const UNKNOWN: EstimatedPart = { wait: null, typical: null };
const NO_FORECAST: RunForecast = { end: null, behindMs: null, regained: null, usual: null };
const NO_TIMES: Expected = { start: null, end: null };

export interface RunPlanParts {
  db: Db;
  liveRuns: LiveRuns;
  sequencerStates: SequencerStates;
  reader: StatementReader;
}

/** Only an active run has a forecast. */
type Plan = Map<string, Expected & { forecast?: RunForecast }>;

export class RunPlans {
  readonly #parts: RunPlanParts;
  readonly #plans = new WeakMap<SequencerState, { plan: Promise<Plan>; until: number }>();

  constructor(parts: RunPlanParts) {
    this.#parts = parts;
  }

  /** Of a run that has not ended. The start of an active run is when it started. */
  async of({ id, sequencer }: Pick<RunSummary, 'id' | 'sequencer'>): Promise<Expected & { forecast?: RunForecast }> {
    const state = await this.#parts.sequencerStates.get(sequencer);
    const now = performance.now();
    const kept = this.#plans.get(state);
    const current = kept && kept.until > now ? kept : { plan: this.#plan(state), until: now + PLAN_MS };
    this.#plans.set(state, current);
    return (await current.plan).get(id) ?? NO_TIMES;
  }

  async #plan({ row: { name, mode }, active, queue }: SequencerState): Promise<Plan> {
    const waiting = queue.filter(({ onHoldSince }) => onHoldSince === null);
    const running = active && (await this.#activeRun(active));
    const scripts = await this.#readQueue(waiting);
    const keys = [...scripts.values(), ...(running?.keys ? [running.keys] : [])];
    const typicals = await typicalDurations(this.#parts.db, name, namesOf(keys));
    const used = await this.#parts.sequencerStates.usedResources(name);
    const now = new Date();
    const planned = waiting.map((run): PlannedRun => ({ ...run, endOf: endOf(run, scripts.get(run.id), typicals) }));
    if (!active || !running) return planQueue(mode, planned, now, used);
    const { startedAt } = running.view;
    const forecast = running.keys
      ? forecastActive(active, running.view, running.keys, typicals, now.getTime())
      : NO_FORECAST;
    const end = forecast.end === null ? null : new Date(forecast.end);
    const plan: Plan = planQueue(mode, planned, end, used);
    return plan.set(active.id, { start: startedAt === null ? now : new Date(startedAt), end, forecast });
  }

  async #activeRun(row: RunSummary): Promise<{ view: RunView; keys: StatementKeys[] | null }> {
    const { db, liveRuns, reader } = this.#parts;
    const view = liveRuns.get(row.id)?.view ?? (await readView(db, row.id));
    return { view, keys: await readRunStatements(db, reader, row, view) };
  }

  /** The statements of queued runs, as many as can be read in a short time. */
  async #readQueue(queue: readonly RunSummary[]): Promise<Map<string, StatementKeys[]>> {
    const { db, reader } = this.#parts;
    const scripts = new Map<string, StatementKeys[]>();
    const deadline = performance.now() + READ_WITHIN_MS;
    let count = 0;
    for (const run of queue) {
      if (count > PLANNED_STATEMENTS || performance.now() > deadline) break;
      const keys = await readRunStatements(db, reader, run, null);
      if (!keys) continue;
      scripts.set(run.id, keys);
      count += keys.length;
    }
    return scripts;
  }
}

function endOf({ startAt }: RunSummary, keys: StatementKeys[] | undefined, typicals: Typicals): PlannedRun['endOf'] {
  const parts = keys && partsOf(keys.slice(startAt ?? 0), typicals);
  return (start) => (parts ? estimateScript(parts, start).endsAt : null);
}

/** Without any times while the run is being stopped or held on a failure. */
function forecastActive(
  { phase, startAt }: RunSummary,
  view: RunView,
  keys: readonly StatementKeys[],
  typicals: Typicals,
  now: number,
): RunForecast {
  const isEnding = phase === 'RECORDING' || isFinal(phase) || view.outcome !== null || view.stops.length > 0;
  if (isEnding || view.failure?.awaitingDecision) return NO_FORECAST;
  if (view.statements.length === 0) {
    return { ...NO_FORECAST, end: estimateScript(partsOf(keys.slice(startAt ?? 0), typicals), now).endsAt };
  }
  const parts = view.statements.map((statement) => {
    const found = keysOf(statement, keys);
    return found ? partOf(found, typicals) : UNKNOWN;
  });
  const first = view.statements.find((statement) => statement.startedAt !== null)?.startedAt ?? null;
  return forecastRun(view.statements, parts, first === null ? now : Date.parse(first), now);
}
