import { sha256 } from '../lib/sha256.ts';

/** 64 bits: two of a million texts are the same with a probability of 1 in 30 million. */
export function statementHash(text: string): string {
  return sha256(text).slice(0, 16);
}
