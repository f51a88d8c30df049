/** Reads the API server's message about an exceeded quota. Pure. */

const UNITS: Record<string, number> = { n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };
const BINARY: Record<string, number> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 };

/** NaN for what is not a quantity of Kubernetes. */
function quantity(text: string): number {
  const [, value = '', unit = ''] = /^([0-9.]+(?:e[0-9]+)?)([A-Za-z]*)$/.exec(text) ?? [];
  if (value === '') return Number.NaN;
  if (unit === '') return Number(value);
  const power = BINARY[unit];
  return Number(value) * (power === undefined ? (UNITS[unit] ?? Number.NaN) : 1024 ** power);
}

function resourcesOf(message: string, part: string): Map<string, number> {
  const [, list = ''] = new RegExp(`\\b${part}: ([^ ]+=[^ ]*?)(?:, |$|;)`).exec(message) ?? [];
  return new Map(
    list.split(',').map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      return [name, quantity(value)];
    }),
  );
}

/** The resources of which one pod requests more than the whole quota, so that it can never start. */
export function resourcesAboveQuota(message: string): string[] {
  const limited = resourcesOf(message, 'limited');
  return [...resourcesOf(message, 'requested')].flatMap(([name, value]) =>
    value > (limited.get(name) ?? Number.NaN) ? [name] : [],
  );
}
