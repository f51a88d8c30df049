/**
 * Whether a command has printed what a page says it prints. The same words, but for
 *
 * - the order of lines, which Kubernetes does not promise, and the width of columns;
 * - ages, such as `14s` or `2m3s`: any age will do;
 * - names that end in letters by chance, such as `satp1-77nqq`: each stands for one name of the cluster, from where it is
 *   printed first to the end of the page;
 * - `...`: anything, or nothing; alone in a line it is any further lines.
 *
 * Pure.
 */

/** The letters of Kubernetes: no vowels, so that no word comes of it. Pods that wait have hexadecimal digits. */
const CHANCE = '[bcdfghjklmnpqrstvwxz2456789]';
const NAME = new RegExp(`\\b[a-z][a-z0-9-]*?-(?:(?:${CHANCE}{8,10}-)?${CHANCE}{5}|warm-[0-9a-f]{8})\\b`);
const AGE = /\b(?:\d+[smhd])+\b/;
const PART = new RegExp(`(${NAME.source})|(${AGE.source})|(\\s*\\.\\.\\.\\s*)|(\\s+)`, 'g');

/** Of the page, and what they are on the cluster. */
export type Names = ReadonlyMap<string, string>;

/** A command of the page with the names of the cluster. */
export function withNames(command: string, names: Names): string {
  return command.replaceAll(new RegExp(NAME, 'g'), (name) => names.get(name) ?? name);
}

/** The names that are known now; null when it is not what the page says. */
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
