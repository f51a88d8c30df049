/** Example scripts for the editor. */
import calibration from './calibration.py?raw';
import scan from './scan.py?raw';
import tasks from './tasks.py?raw';
import threads from './threads.py?raw';

export interface Example {
  name: string;
  title: string;
  /** The script with the telescope's host name in its platform check. */
  script: (hostname: string) => string;
}

function example(name: string, title: string, text: string): Example {
  return { name, title, script: (hostname) => text.replaceAll('daq-TELESCOPE-sequencer', hostname) };
}

export const EXAMPLES: Example[] = [
  example('scan.py', 'A short night with one scan', scan),
  example('calibration.py', 'Detector calibration', calibration),
  example('threads.py', 'A background thread', threads),
  example('tasks.py', 'Three asyncio tasks', tasks),
];
