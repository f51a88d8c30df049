/** Describes a recorded command in a few words. The page shows the user's name before it. */
export interface ActionData {
  name: string;
  by: string;
  ok: boolean;
  detail: string;
}

const DONE_TEXTS: Partial<Record<string, string>> = { start: 'started the run', pause: 'paused', resume: 'continued' };

export function actionText({ name, ok, detail }: ActionData): string {
  if (!ok) return `${name} refused: ${detail}`;
  return DONE_TEXTS[name] ?? detail;
}
