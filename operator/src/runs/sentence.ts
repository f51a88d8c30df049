/** What others say, as one sentence of ours. */
export function sentence(text: string): string {
  const trimmed = text.trim().replace(/\s+/g, ' ').slice(0, 600);
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
