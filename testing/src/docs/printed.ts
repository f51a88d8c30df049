/**
 * Compares the output of a command with the output that a page shows. They may differ in
 *
 * - the order of lines, which Kubernetes does not guarantee, and the width of columns;
 * - ages, such as `14s` or `2m3s`;
 * - names with a random suffix, such as `satp1-77nqq`: each represents one name of the cluster, from its first occurrence to the
 *   end of the page;
 * - `...`, which matches any text; alone on a line it matches any further lines.
 *
 * Pure.
 */

/** The characters of Kubernetes' random suffixes, which have no vowels. Warm pods have hexadecimal digits. */
const SUFFIX = '[bcdfghjklmnpqrstvwxz2456789]';
const NAME = new RegExp(`\\b[a-z][a-z0-9-]*?-(?:(?:${SUFFIX}{8,10}-)?${SUFFIX}{5}|warm-[0-9a-f]{8})\\b`);
const AGE = /\b(?:\d+[smhd])+\b/;
const PART = new RegExp(`(${NAME.source})|(${AGE.source})|(\\s*\\.\\.\\.\\s*)|(\\s+)`, 'g');

/** Names on the page, and the names on the cluster that they stand for. */
export type Names = ReadonlyMap<string, string>;

/** Replaces the names of the page in a command by those of the cluster. */
export function withNames(command: string, names: Names): string {
  return command.replaceAll(new RegExp(NAME, 'g'), (name) => names.get(name) ?? name);
}

/** The names that are known after this output; null if the output differs from the page. */
export function learn(prints: readonly string[], printed: string, names: Names): Names | null {
  const lines = printed.split('\n').filter((line) => line.trim() !== '');
  const expected = prints.filter((line) => line.trim() !== '');
  const open = expected.includes('...');
  let known = names;
  for (const line of expected) {
    if (line === '...') continue;
    const index = lines.findIndex((one) => read(line, one, known) !== null);
    const [found] = index < 0 ? [] : lines.splice(index, 1);
    const more = found === undefined ? null : read(line, found, known);
    if (!more) return null;
    known = more;
  }
  return open || lines.length === 0 ? known : null;
}

function read(expected: string, line: string, names: Names): Names | null {
  const fresh: string[] = [];
  let pattern = '';
  let at = 0;
  const text = expected.trim();
  for (const part of text.matchAll(PART)) {
    const [all, name, age, any] = part;
    pattern += literal(text.slice(at, part.index));
    at = part.index + all.length;
    if (name !== undefined) {
      const known = names.get(name);
      const again = fresh.indexOf(name);
      if (known !== undefined) pattern += literal(known);
      else if (again >= 0) pattern += `\\${String(again + 1)}`;
      else {
        pattern += `(${NAME.source})`;
        fresh.push(name);
      }
    } else if (age !== undefined) pattern += `(?:${AGE.source})`;
    else pattern += any === undefined ? '\\s+' : '.*';
  }
  const match = new RegExp(`^${pattern}${literal(text.slice(at))}$`).exec(line.trim());
  if (!match) return null;
  return new Map([...names, ...fresh.map((name, index) => [name, match[index + 1] ?? ''] as const)]);
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
