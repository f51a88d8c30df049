/**
 * The commands of a page and their output: its `console` blocks in order, and the files that it shows.
 *
 * A line with `$ ` is a command, which continues on the next line after a final `\`. The lines below it are its output. A `yaml`
 * block after a line with only a name in backquotes and a colon is that file. A block after the comment
 * `<!-- not run: why -->` is skipped. Pure.
 */
export type Step =
  | { kind: 'file'; name: string; text: string }
  | { kind: 'command'; line: number; command: string; prints: string[] }
  | { kind: 'not run'; line: number; why: string };

const FILE = /^`([\w.-]+)`:$/;
const NOT_RUN = /^<!-- not run: (.+) -->$/;
const COMMAND = /^\s*(\$ )?(kubectl|helm|bin\/)/;

/** @throws if a command is outside a console block, where the test would not run it */
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
    else if (block.some((text) => COMMAND.test(text)))
      throw new Error(`line ${String(i + 1)}: it is not a console block`);
    i = end;
    before = '';
  }
  return steps;
}

function commandsOf(block: string[], first: number): Step[] {
  const steps: (Step & { kind: 'command' })[] = [];
  let continues = false;
  for (const [index, line] of block.entries()) {
    const last = steps.at(-1);
    if (continues && last) last.command += `\n${line}`;
    else if (line.startsWith('$ ')) {
      steps.push({ kind: 'command', line: first + index, command: line.slice(2), prints: [] });
    } else if (last) last.prints.push(line);
    else throw new Error(`line ${String(first + index)}: a console block must begin with a command`);
    continues = steps.at(-1)?.prints.length === 0 && line.endsWith('\\');
  }
  return steps;
}
