/** Column types that the tables share. */
import { ensureStorable } from '@sequencer/model';
import { customType, timestamp, type ExtraConfigColumn } from 'drizzle-orm/pg-core';

/** Text is made storable where it enters. This is the last line of defence, so that the statement does not fail. */
export const text = customType<{ data: string }>({ dataType: () => 'text', toDriver: ensureStorable });

export const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** Matches `order by ... desc`. With another position of nulls, PostgreSQL would not use the index for it. */
export const last = (column: ExtraConfigColumn) => column.desc().nullsFirst();
