/** Describes a recorded command in a few words. The page shows the user's name before it. */
export interface ActionData {
  name: string;
  by: string;
  ok: boolean;
  detail: string;
}

const DONE_TEXTS: Partial<Record<string, string>> = { start: 'started the run', pause: 'paused', resume: 'continued' };
const NAMES: Partial<Record<string, string>> = { unstop: 'cancel the stop', decide: 'choice after the failure' };

/** `setBreakpoints` is `set breakpoints`. */
function nameText(name: string): string {
  return NAMES[name] ?? name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function actionText({ name, ok, detail }: ActionData): string {
  if (!ok) return `${nameText(name)} refused: ${detail}`;
  return DONE_TEXTS[name] ?? detail;
}
