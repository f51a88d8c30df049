/**
 * Finds uses of sorunlib that must fail: members that it does not have, and arguments that a function does not take. It reports
 * nothing about a name that the script uses for anything else as well.
 */
import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@lezer/python';
import { LISTED_PROBLEMS, NO_PROBLEMS, type ProblemList, type ScriptProblem } from './report.ts';
import { SORUNLIB, SORUNLIB_VERSION } from './sorunlib-members.ts';

/** The parameters of a function (`name=` is optional, `**` takes any keyword), the members of a module, or something else. */
export type Member = readonly string[] | Members | null;
export interface Members {
  readonly [name: string]: Member;
}

const PACKAGE = 'sorunlib';
const ROOT: Members = SORUNLIB;

interface Known {
  /** As the script writes it. */
  name: string;
  member: Member;
}

/** @param script that can be compiled */
export function sorunlibProblems(script: string): ProblemList {
  if (!script.includes(PACKAGE)) return NO_PROBLEMS;
  const problems = new Calls(script).problems.toSorted((a, b) => a.at - b.at);
  const first = problems.slice(0, LISTED_PROBLEMS).map(({ at, message }) => ({ ...placeOf(script, at), message }));
  return { first, more: problems.length - first.length };
}

function placeOf(script: string, at: number): Omit<ScriptProblem, 'message'> {
  const before = script.slice(0, at).split(/\r\n|\r|\n/);
  return { line: before.length, column: Array.from(before.at(-1) ?? '').length + 1 };
}

class Calls {
  readonly problems: { at: number; message: string }[] = [];
  readonly #script: string;
  readonly #tree: Tree;
  /** What the names of the script stand for. Null: for more than one thing. */
  readonly #names = new Map<string, Known | null>();

  constructor(script: string) {
    this.#script = script;
    this.#tree = parser.parse(script);
    this.#each('ImportStatement', (node) => {
      this.#readImport(node);
    });
    if (this.#names.size === 0) return;
    const uses: SyntaxNode[] = [];
    this.#each('VariableName', (node) => {
      if (!this.#names.has(this.#text(node)) || node.parent?.name === 'ImportStatement') return;
      if (isKeyword(node)) return;
      if (isPlainUse(node)) uses.push(node);
      else this.#names.set(this.#text(node), null);
    });
    for (const node of uses) this.#checkUse(node);
  }

  #readImport(node: SyntaxNode): void {
    const [, from, list] = /^(?:from\s+([\w.]+)\s+)?import\b(.*)$/s.exec(this.#text(node)) ?? [];
    const base = from === undefined ? null : from.split('.');
    for (const item of (list ?? '').replaceAll(/#.*$|[()\\]/gm, ' ').split(',')) {
      const [, path = '', alias] = /^\s*([\w.]+)(?:\s+as\s+(\w+))?\s*$/.exec(item) ?? [];
      const full = [...(base ?? []), ...path.split('.')];
      const bound = alias ?? path.split('.')[0] ?? '';
      if (full[0] !== PACKAGE || path === '') {
        if (this.#names.has(bound)) this.#names.set(bound, null);
        continue;
      }
      // `import sorunlib.acu` binds the package.
      const target = base === null && alias === undefined ? [] : full.slice(1);
      const member = find(target);
      if (!this.#hasAll(full.slice(1), node) || member === undefined) continue;
      const before = this.#names.get(bound);
      const isSame = before === undefined || before?.member === member;
      this.#names.set(bound, isSame ? { name: bound, member } : null);
    }
  }

  /** Reports the first part of the path that sorunlib does not have. */
  #hasAll(path: readonly string[], at: SyntaxNode): boolean {
    let known: Known | null = { name: PACKAGE, member: ROOT };
    for (const part of path) known &&= this.#member(known, part, at);
    return known !== null;
  }

  /** Null: unknown, or reported. */
  #member({ name, member }: Known, part: string, at: SyntaxNode): Known | null {
    if (!isModule(member) || (part.startsWith('__') && !(part in member))) return null;
    const found = member[part];
    if (found !== undefined) return { name: `${name}.${part}`, member: found };
    const has = Object.keys(member).filter((key) => !key.startsWith('_') && member[key] !== null);
    this.#report(at, `sorunlib ${SORUNLIB_VERSION} has no ${name}.${part}. ${name} has ${has.join(', ')}.`);
    return null;
  }

  #checkUse(start: SyntaxNode): void {
    let known = this.#names.get(this.#text(start)) ?? null;
    let node = start;
    while (known && isModule(known.member) && node.parent?.name === 'MemberExpression') {
      const property = node.parent.getChild('PropertyName');
      if (!property || !isFirst(node)) return;
      known = this.#member(known, this.#text(property), property);
      node = node.parent;
    }
    const call = node.parent;
    if (!known || !isFunction(known.member) || call?.name !== 'CallExpression' || !isFirst(node)) return;
    const args = call.getChild('ArgList');
    const problem = args && argumentProblem(known.name, known.member, this.#argumentsOf(args));
    if (problem) this.#report(node, problem);
  }

  #argumentsOf(list: SyntaxNode): Arguments {
    const found: Arguments = { positional: 0, keywords: [], isOpen: false };
    let isStart = true;
    for (let node = list.firstChild?.nextSibling; node && node.name !== ')'; node = node.nextSibling) {
      if (node.name === 'Comment') continue;
      if (node.name === ',') isStart = true;
      else if (isStart) {
        isStart = false;
        if (node.name === '*' || node.name === '**' || node.type.isError) found.isOpen = true;
        else if (isKeyword(node)) found.keywords.push(this.#text(node));
        else found.positional += 1;
      }
    }
    return found;
  }

  #each(name: string, visit: (node: SyntaxNode) => void): void {
    this.#tree.iterate({
      enter: (node) => {
        if (node.name === name) visit(node.node);
      },
    });
  }

  #text({ from, to }: { from: number; to: number }): string {
    return this.#script.slice(from, to);
  }

  #report({ from }: SyntaxNode, message: string): void {
    this.problems.push({ at: from, message });
  }
}

interface Arguments {
  positional: number;
  keywords: string[];
  /** There are more: `*list` or `**keywords`. */
  isOpen: boolean;
}

function argumentProblem(name: string, parameters: readonly string[], given: Arguments): string | null {
  const names = parameters.filter((one) => one !== '**').map((one) => one.replace('=', ''));
  const takes = names.length === 0 ? 'It takes none.' : `It takes ${names.join(', ')}.`;
  const unknown = given.keywords.find((keyword) => !names.includes(keyword));
  if (unknown !== undefined && !parameters.includes('**')) return `${name} has no parameter ${unknown}. ${takes}`;
  if (given.positional > names.length) return `${name} has ${String(given.positional)} arguments. ${takes}`;
  const twice = names.slice(0, given.positional).find((one) => given.keywords.includes(one));
  if (twice !== undefined) return `${name} gets ${twice} twice. ${takes}`;
  if (given.isOpen) return null;
  const missing = parameters
    .slice(given.positional)
    .filter((one) => one !== '**' && !one.endsWith('=') && !given.keywords.includes(one));
  return missing.length === 0 ? null : `${name} needs ${missing.join(', ')}. ${takes}`;
}

function find(path: readonly string[]): Member | undefined {
  return path.reduce<Member | undefined>((member, part) => (isModule(member) ? member[part] : undefined), ROOT);
}

function isModule(member: Member | undefined): member is Members {
  return typeof member === 'object' && member !== null && !Array.isArray(member);
}

function isFunction(member: Member): member is readonly string[] {
  return Array.isArray(member);
}

/** The name of a keyword argument, which is no use of the variable. */
function isKeyword(node: SyntaxNode): boolean {
  return node.parent?.name === 'ArgList' && node.name === 'VariableName' && node.nextSibling?.name === 'AssignOp';
}

function isFirst(node: SyntaxNode): boolean {
  return node.prevSibling === null;
}

/** Whether the name is only read: as the object of a member that is not assigned, or as what is called. */
function isPlainUse(start: SyntaxNode): boolean {
  let node = start;
  while (node.parent?.name === 'MemberExpression' && isFirst(node)) node = node.parent;
  const { parent } = node;
  if (parent?.name === 'CallExpression') return isFirst(node);
  if (node === start) return false;
  const isAssigned = parent?.name === 'AssignStatement' && node.nextSibling !== null;
  return !isAssigned && parent?.name !== 'DeleteStatement' && parent?.name !== 'UpdateStatement';
}
