/**
 * What docs tell people to type, and what it prints: the `console` blocks of a page, in order, and the files that it names.
 *
 * A line with `$ ` is a command (with `\` at its end it goes on), the lines below it are what it prints. A `yaml` block
 * after a line with nothing but a name in backquotes and a colon is that file. A block after the comment
 * `<!-- not run: why -->` is left out. Pure.
 */
export type Step =
  | { kind: 'file'; name: string; text: string }
  | { kind: 'command'; line: number; command: string; prints: string[] }
  | { kind: 'not run'; line: number; why: string };

const FILE = /^`([\w.-]+)`:$/;
const NOT_RUN = /^<!-- not run: (.+) -->$/;
const COMMAND = /^\s*(\$ )?(kubectl|helm|bin\/)/;

/** Throws when something that looks like a command is where nobody would run it. */
export function readPage(page: string): Step[] {
  const lines = page.split('\n');
  const steps: Step[] = [];
  let before = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const language = /^```(\w*)$/.exec(line)?.[1];
    if (language === undefined) {
      if (/^ {4}/.test(line) && COMMAND.test(line)) throw new Error(`line ${String(i + 1)} is not in a console block`);
      if (line !== '') before = line;
      continue;
    }
    const end = lines.indexOf('```', i + 1);
    if (end < 0) throw new Error(`the block of line ${String(i + 1)} does not end`);
    const block = lines.slice(i + 1, end);
    const why = NOT_RUN.exec(before)?.[1];
    const file = FILE.exec(before)?.[1];
    if (why !== undefined) steps.push({ kind: 'not run', line: i + 1, why });
    else if (language === 'console') steps.push(...commandsOf(block, i + 2));
    else if (file !== undefined) steps.push({ kind: 'file', name: file, text: `${block.join('\n')}\n` });
    else if (block.some((text) => COMMAND.test(text))) throw new Error(`line ${String(i + 1)}: it is no console block`);
    i = end;
    before = '';
  }
  return steps;
}

function commandsOf(block: string[], first: number): Step[] {
  const steps: (Step & { kind: 'command' })[] = [];
  let goesOn = false;
  for (const [index, line] of block.entries()) {
    const last = steps.at(-1);
    if (goesOn && last) last.command += `\n${line}`;
    else if (line.startsWith('$ ')) {
      steps.push({ kind: 'command', line: first + index, command: line.slice(2), prints: [] });
    } else if (last) last.prints.push(line);
    else throw new Error(`line ${String(first + index)}: a console block begins with a command`);
    goesOn = steps.at(-1)?.prints.length === 0 && line.endsWith('\\');
  }
  return steps;
}
