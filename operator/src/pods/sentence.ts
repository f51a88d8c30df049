import { boundedText } from '@sequencer/model/text';

/** What others say, as one sentence of ours. */
export function sentence(text: string): string {
  const trimmed = boundedText(text.trim().replace(/\s+/g, ' '), 600);
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
