/** The resources of a run as one line of text. Pure. */
import { LIMITS, RESOURCE_NAME } from '@sequencer/model/limits';

/** `laser, crane` */
export function resourcesText(resources: readonly string[]): string {
  return resources.join(', ');
}

export function readResources(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** Why the text is not valid; null if it is. */
export function resourcesError(text: string): string | null {
  const names = readResources(text);
  if (names.length > LIMITS.resourceCount) return `Name at most ${String(LIMITS.resourceCount)} resources.`;
  const wrong = names.find((name) => !RESOURCE_NAME.test(name));
  return wrong === undefined ? null : `“${wrong}” is not a resource. Use lower case letters, digits and hyphens.`;
}
