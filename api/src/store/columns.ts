/** Column types that the tables share. */
import { ensureStorable } from '@sequencer/model';
import { customType, timestamp, type ExtraConfigColumn } from 'drizzle-orm/pg-core';

/** Text is made storable where it enters; should one have got past that, it does not make the statement fail. */
export const text = customType<{ data: string }>({ dataType: () => 'text', toDriver: ensureStorable });

export const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** As `order by ... desc` has it: with its nulls anywhere else, an index is not used for that. */
export const last = (column: ExtraConfigColumn) => column.desc().nullsFirst();
