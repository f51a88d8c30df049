import { boundedText } from '@sequencer/model/text';

/** Turns a message of Kubernetes into one sentence with a full stop, of at most 600 characters. */
export function sentence(text: string): string {
  const trimmed = boundedText(text.trim().replace(/\s+/g, ' '), 600);
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
