/** What the commands that submit a script need: its text and its telescope. */
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { Api } from './api.ts';
import { CommandError, EXIT } from './errors.ts';

export async function readScript(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await buffer(process.stdin) : readFileSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${file} cannot be read: ${why}`, EXIT.input, 'BAD_INPUT');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CommandError(`${file} is not UTF-8 text.`, EXIT.input, 'SCRIPT_NOT_TEXT', 'Save it as UTF-8.');
  }
}

/** The named sequencer, or the only one. */
export async function chooseSequencer(api: Api, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const { sequencers } = await api.request<{ sequencers: { name: string }[] }>('{ sequencers { name } }');
  const names = sequencers.map(({ name }) => name);
  if (names.length === 1 && names[0] !== undefined) return names[0];
  const text = `There are several sequencers: ${names.join(', ')}.`;
  throw new CommandError(text, EXIT.input, 'BAD_INPUT', 'Choose one with --sequencer, or set SEQUENCER.');
}
