/** Finds the record of the statements of scripts. */
import type { Typical } from '@sequencer/model/estimates/durations';
import type { EstimatedPart } from '@sequencer/model/estimates/script-estimate';
import type { StatementKeys } from '@sequencer/model/estimates/statement-keys';

/** Typical durations by key. */
export type Typicals = ReadonlyMap<string, Typical>;

/** The keys to look up for these scripts. */
export function namesOf(scripts: Iterable<readonly StatementKeys[]>): string[] {
  const names = new Set<string>();
  for (const keys of new Set(scripts)) {
    for (const { exact, general, wait } of keys) {
      if (wait) continue;
      if (exact !== null) names.add(exact);
      if (general !== null) names.add(general);
    }
  }
  return [...names];
}

export function partOf({ exact, general, wait, sleepSeconds }: StatementKeys, typicals: Typicals): EstimatedPart {
  const found = (key: string | null) => (key === null ? undefined : typicals.get(key));
  // Other sleeps have the same name.
  const byName = sleepSeconds === null ? found(general) : known(sleepSeconds);
  return { wait, typical: found(exact) ?? byName ?? null };
}

/** A time that the script itself has. */
function known(seconds: number): Typical {
  return { typicalSeconds: seconds, lowSeconds: seconds, highSeconds: seconds, basis: 0 };
}

export function partsOf(keys: readonly StatementKeys[], typicals: Typicals): EstimatedPart[] {
  return keys.map((statement) => partOf(statement, typicals));
}
