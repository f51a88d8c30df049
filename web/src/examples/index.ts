/** Scripts to begin with, in the style of the observatory. */
import calibration from './calibration.py?raw';
import scan from './scan.py?raw';
import tasks from './tasks.py?raw';
import threads from './threads.py?raw';

export interface Example {
  name: string;
  title: string;
  /** The script for a telescope: its platform check names the right host. */
  script: (hostname: string) => string;
}

function example(name: string, title: string, text: string): Example {
  return { name, title, script: (hostname) => text.replaceAll('daq-TELESCOPE-sequencer', hostname) };
}

export const EXAMPLES: Example[] = [
  example('scan.py', 'A short night with one scan', scan),
  example('calibration.py', 'Detector calibration', calibration),
  example('threads.py', 'A watch in a thread', threads),
  example('tasks.py', 'Three asyncio tasks', tasks),
];
