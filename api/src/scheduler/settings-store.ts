/** What people set about the scheduler of a telescope, in the database. */
import {
  effectiveSettings,
  type SchedulerDefaults,
  type SchedulerSettings,
  type SettingsChanges,
} from '@sequencer/scheduler/settings';
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../store/database.ts';
import type { SettingsSource } from './settings-source.ts';
import { schedulerPulls, schedulerSettings } from '../store/scheduler-schema.ts';

export class SettingsStore implements SettingsSource {
  readonly #db: Db;
  readonly #defaults: SchedulerDefaults;

  constructor(db: Db, defaults: SchedulerDefaults) {
    this.#db = db;
    this.#defaults = defaults;
  }

  async get(sequencer: string): Promise<SchedulerSettings> {
    return effectiveSettings(sequencer, (await this.#row(sequencer)) ?? null, this.#defaults);
  }

  async change(sequencer: string, changes: SettingsChanges): Promise<void> {
    const set = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    if (Object.keys(set).length === 0) return;
    await this.#db
      .insert(schedulerSettings)
      .values({ sequencer, ...set })
      .onConflictDoUpdate({ target: schedulerSettings.sequencer, set });
  }

  /** Failed pulls up to now no longer count. */
  async forgetFailures(sequencer: string): Promise<void> {
    const [newest] = await this.#db
      .select({ number: sql<string>`coalesce(max(${schedulerPulls.number}), 0)` })
      .from(schedulerPulls)
      .where(eq(schedulerPulls.sequencer, sequencer));
    const countsAfter = Number(newest?.number ?? 0);
    await this.#db
      .insert(schedulerSettings)
      .values({ sequencer, countsAfter })
      .onConflictDoUpdate({ target: schedulerSettings.sequencer, set: { countsAfter } });
  }

  /** The pull after which failures count. */
  async countsAfter(sequencer: string): Promise<number> {
    return (await this.#row(sequencer))?.countsAfter ?? 0;
  }

  async #row(sequencer: string) {
    const rows = await this.#db.select().from(schedulerSettings).where(eq(schedulerSettings.sequencer, sequencer));
    return rows[0];
  }
}
