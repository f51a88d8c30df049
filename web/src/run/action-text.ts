/** A recorded command in a few words: who did it stands before. */
export interface ActionData {
  name: string;
  by: string;
  ok: boolean;
  detail: string;
}

const WORDS: Partial<Record<string, string>> = { start: 'started it', pause: 'paused', resume: 'continued' };

export function sentence({ name, ok, detail }: ActionData): string {
  if (!ok) return `${name} refused: ${detail}`;
  return WORDS[name] ?? detail;
}
