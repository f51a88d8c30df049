/** Run by the watchdog when the launcher is gone without a goodbye: `end-leftovers.ts FOLDER`. */
import { damagedRecord, endLeftovers } from './process-record.ts';
import { say } from './say.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('the folder of process records is missing');
await endLeftovers(
  folder,
  (names) => {
    say(`The launcher is gone; ending ${names.join(', ')}.`);
  },
  (file) => {
    say(damagedRecord(file));
  },
);
