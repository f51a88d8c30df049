/** The keys that the pages know, for people; what they do is where it is done. */
export const KEYS: [string, string][] = [
  ['Ctrl K', 'Search, or jump to a telescope, page or run'],
  ['?', 'Show these keys'],
  ['g o, g s, g h', 'Go to the overview, the sequencer, the history'],
  ['/', 'On the history and in the output: search'],
  ['l', 'Follow the running line, or stop following'],
  ['F6', 'Pause'],
  ['F8 or F5', 'Continue, while something is paused'],
  ['F10, F11, Shift F11', 'Step over, into, out'],
  ['Shift F5', 'Open the stop ladder; it sends nothing'],
  ['Ctrl Enter', 'In the editor: run, after a question'],
  ['Ctrl F', 'In a script: find'],
  ['← →', 'On the timeline: one statement back or on'],
];
