/** A line of this program, not of the script. */
export function say(text: string): void {
  process.stderr.write(`sequencer: ${text}\n`);
}
