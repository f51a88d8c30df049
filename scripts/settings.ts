/** Writes the tables of docs/configuration.md from the settings of each process. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tables, withTables } from './settings/tables.ts';

const page = join(import.meta.dirname, '../docs/configuration.md');
writeFileSync(page, withTables(readFileSync(page, 'utf8'), tables()));
