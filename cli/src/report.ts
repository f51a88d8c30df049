/** Prints a line of this program, as opposed to output of the script. */
export function report(text: string): void {
  process.stderr.write(`sequencer: ${text}\n`);
}
