/** The watchdog runs this after the launcher was killed: `end-orphans.ts FOLDER`, with the folder of process records. */
import { damagedRecord, endOrphans } from './process-record.ts';
import { report } from '../lib/reporter.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('the folder of process records is missing');
await endOrphans(
  folder,
  (names) => {
    report(`The launcher was killed. Stopping ${names.join(', ')}.`);
  },
  (file) => {
    report(damagedRecord(file));
  },
);
