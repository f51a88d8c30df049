/** Links to a line of output: `#O123.4` is line 4 of event 123, from 0; `#O123` is its first. */
import type { LinePosition } from './use-output.ts';

export function lineHash({ seq, ordinal }: LinePosition): string {
  return `#O${String(seq)}${ordinal === 0 ? '' : `.${String(ordinal)}`}`;
}

export function readLineHash(hash: string): LinePosition | null {
  const [, seq, ordinal = '0'] = /^#O(\d{1,9})(?:\.(\d{1,9}))?$/.exec(hash) ?? [];
  return seq === undefined ? null : { seq: Number(seq), ordinal: Number(ordinal) };
}
