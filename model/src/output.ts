/** The output of a run: what the script printed, and the messages of its log points. */
import type { RunEvent } from './events.ts';

/** `LOG`: messages of log points. */
export type Stream = 'STDOUT' | 'STDERR' | 'LOG';

/** A piece of output, not necessarily a whole line. */
export interface OutputPiece {
  /** Number of its event. */
  seq: number;
  stream: Stream;
  /** In the form of `storableText`. */
  text: string;
  trace: number | null;
  /** Line of the script that was running; null if not known. */
  line: number | null;
  at: string;
}

const SCRIPT = '<script>';

/** Converts an event to output; null for events of other types. */
export function outputPieceOf(event: RunEvent): OutputPiece | null {
  const { seq, at } = event;
  if (event.type === 'output') {
    const { stream, text, trace, line } = event;
    return { seq, at, stream, text, trace: trace ?? null, line: line ?? null };
  }
  if (event.type !== 'logged') return null;
  const { trace, file, line, text } = event;
  return { seq, at, stream: 'LOG', text: `${text}\n`, trace, line: file === SCRIPT ? line : null };
}
