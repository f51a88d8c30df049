/** The policy of a schedule: a JSON object that the scheduler reads. Pure. */

export type PolicyKind = 'setting' | 'dummy' | 'rest' | 'text';

const LARGEST = 16 * 1024;

export const POLICY_NAMES: Record<PolicyKind, string> = {
  setting: 'of the settings',
  dummy: 'dummy',
  rest: 'rest',
  text: 'as text',
};

/** The JSON text of a policy with a form. */
export function policyText(kind: Exclude<PolicyKind, 'text'>, telescope: string, setting: string): string {
  if (kind === 'setting') return indented(setting);
  const policy =
    kind === 'dummy' ? { policy: 'dummy', config: {} } : { policy: 'rest', preset: `rest.${telescope}`, config: {} };
  return JSON.stringify(policy, null, 2);
}

/** Why the text is no policy; null if it is one. */
export function policyError(text: string): string | null {
  if (new TextEncoder().encode(text).length > LARGEST) return 'The policy is longer than 16 KiB.';
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch (error) {
    return `The policy is not JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
  const isObject = typeof policy === 'object' && policy !== null && !Array.isArray(policy);
  return isObject ? null : 'The policy must be a JSON object, such as {"policy": "dummy", "config": {}}.';
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
