/** The watchdog runs this when the launcher was killed: `end-orphans.ts FOLDER`. */
import { damagedRecord, endOrphans } from './process-record.ts';
import { report } from './reporter.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('the folder of process records is missing');
await endOrphans(
  folder,
  (names) => {
    report(`The launcher is gone; ending ${names.join(', ')}.`);
  },
  (file) => {
    report(damagedRecord(file));
  },
);
