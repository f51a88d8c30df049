/** The record of pulls. Each is written before its request is sent, so that none is lost or done twice. */
import { randomUUID } from 'node:crypto';
import { SequencerError, type Phase } from '@sequencer/model';
import { and, desc, eq, getTableColumns, gt, inArray, lt } from 'drizzle-orm';
import { violatedConstraint, type Db } from '../store/database.ts';
import { schedulerPulls, type PullAction, type PullRow, type PullState } from '../store/scheduler-schema.ts';
import { runs } from '../store/schema.ts';

const { script: _script, ...summary } = getTableColumns(schedulerPulls);
/** A pull without its script. */
export type PullSummary = Omit<PullRow, 'script'>;

export interface NewPull {
  sequencer: string;
  requestedBy: string;
  automatic: boolean;
  action: PullAction;
  from: Date;
  to: Date;
  policy: string;
}

/** An automatic pull with what became of its run. */
export interface AutomaticPull {
  at: Date;
  /** When it ended; null while it is in progress. */
  endedAt: Date | null;
  state: PullState;
  message: string | null;
  runPhase: Phase | null;
  runReason: string | null;
  runStartedAt: Date | null;
}

export const OPEN_STATES = ['REQUESTED', 'ANSWERED'] as const;
/** After the timeout of the request, the time to store its answer. */
const TO_STORE_MS = 120_000;

export class PullStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Records a pull that is to be requested. Throws PULL_IN_PROGRESS if the telescope has another one. */
  async begin(pull: NewPull, timeoutSeconds: number): Promise<PullRow> {
    const at = new Date();
    const deadline = new Date(at.getTime() + timeoutSeconds * 1000 + TO_STORE_MS);
    const row = { ...pull, id: randomUUID(), at, deadline, state: 'REQUESTED' as const };
    try {
      const [made] = await this.#db.insert(schedulerPulls).values(row).returning();
      if (made) return made;
    } catch (error) {
      if (violatedConstraint(error) !== 'scheduler_pulls_one_open') throw error;
    }
    throw new SequencerError('PULL_IN_PROGRESS');
  }

  /** Changes a pull in progress. Returns it, or null if it has ended already. */
  async set(id: string, change: Partial<Pick<PullRow, 'state' | 'message' | 'seconds' | 'script' | 'run'>>) {
    const isOpen = and(eq(schedulerPulls.id, id), inArray(schedulerPulls.state, [...OPEN_STATES]));
    const endedAt = change.state && !OPEN_STATES.some((state) => state === change.state) ? new Date() : null;
    const [row] = await this.#db
      .update(schedulerPulls)
      .set({ ...change, endedAt })
      .where(isOpen)
      .returning();
    return row ?? null;
  }

  async find(id: string): Promise<PullRow | null> {
    const rows = await this.#db.select().from(schedulerPulls).where(eq(schedulerPulls.id, id));
    return rows[0] ?? null;
  }

  async scriptOf(id: string): Promise<string | null> {
    return (await this.find(id))?.script ?? null;
  }

  /** The pulls in progress. @param before only those whose process has ended by this time; null for all */
  open(before: Date | null, sequencer?: string): Promise<PullRow[]> {
    return this.#db
      .select()
      .from(schedulerPulls)
      .where(
        and(
          inArray(schedulerPulls.state, [...OPEN_STATES]),
          before ? lt(schedulerPulls.deadline, before) : undefined,
          sequencer === undefined ? undefined : eq(schedulerPulls.sequencer, sequencer),
        ),
      );
  }

  async isPulling(sequencer: string): Promise<boolean> {
    return (await this.open(null, sequencer)).length > 0;
  }

  /** The pulls of the telescope, the newest first. @param before the number of a pull */
  list(sequencer: string, first: number, before: number | null = null): Promise<PullSummary[]> {
    return this.#db
      .select(summary)
      .from(schedulerPulls)
      .where(
        and(eq(schedulerPulls.sequencer, sequencer), before === null ? undefined : lt(schedulerPulls.number, before)),
      )
      .orderBy(desc(schedulerPulls.number))
      .limit(first);
  }

  /** The newest automatic pulls after the one with this number, the newest first. */
  automatic(sequencer: string, after: number, first: number): Promise<AutomaticPull[]> {
    return this.#db
      .select({
        at: schedulerPulls.at,
        endedAt: schedulerPulls.endedAt,
        state: schedulerPulls.state,
        message: schedulerPulls.message,
        runPhase: runs.phase,
        runReason: runs.reason,
        runStartedAt: runs.startedAt,
      })
      .from(schedulerPulls)
      .leftJoin(runs, eq(runs.id, schedulerPulls.run))
      .where(
        and(
          eq(schedulerPulls.sequencer, sequencer),
          eq(schedulerPulls.automatic, true),
          gt(schedulerPulls.number, after),
        ),
      )
      .orderBy(desc(schedulerPulls.number))
      .limit(first);
  }
}
