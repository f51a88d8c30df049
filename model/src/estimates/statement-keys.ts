/**
 * What identifies a statement in the record of durations, and the time until which it waits. From the text of the script alone.
 *
 * - A call has the key of its name and literal arguments, `run.smurf.iv_curve(3f2a…)`, and the general key of its name.
 *   The value of an argument does not matter if it is no literal, or if it is a literal time, because times never repeat.
 * - Any other statement has a key of its text. Without a call in it, such as an import, it also has the general key of its kind.
 *   A loop, a condition or another block has none: another text is another statement.
 * - A function of the script itself has its definition in its name: with another definition it is another function.
 */
import type { SyntaxNode } from '@lezer/common';
import { LIMITS } from '../limits.ts';
import { childrenOf, spansOf, statementNodes, type Span } from '../python/statements.ts';
import { absoluteTime } from './absolute-time.ts';

/** `hash` returns a short text without brackets, the same for the same text. */
export type Hash = (text: string) => string;

export interface AbsoluteWait {
  /** In ms since 1970. The statement ends at this time, or takes nothing if it starts later. */
  until: number;
  /** It takes nothing either if less than this is left, in ms. */
  leastMs: number;
}

export interface StatementKeys extends Span {
  /** Null if the statement cannot be read. */
  exact: string | null;
  /** Used if there is no record of the exact key. Null: there is no more general one. */
  general: string | null;
  wait: AbsoluteWait | null;
  /** How long a literal sleep takes, such as `time.sleep(30)`. Null for any other statement. */
  sleepSeconds: number | null;
}

/** Calls that last until a literal time: the position and the keyword of that argument, and of the shortest time left. */
const WAITS: Record<string, { position: number; keyword: string; least?: string }> = {
  wait_until: { position: 0, keyword: 'timestamp' },
  scan: { position: 1, keyword: 'stop_time', least: 'min_duration' },
};

/** Calls that last as long as their first argument, in seconds. The last one only if it is awaited. */
const SLEEPS = ['time.sleep', 'sleep', 'asyncio.sleep'];

const BLOCKS: Record<string, string> = {
  ForStatement: 'for',
  WhileStatement: 'while',
  IfStatement: 'if',
  WithStatement: 'with',
  TryStatement: 'try',
  MatchStatement: 'match',
};

/** Parts of an expression whose value its text does not have. */
const NOT_LITERAL = new Set([
  ...['VariableName', 'CallExpression', 'MemberExpression', 'AwaitExpression', 'YieldExpression', 'NamedExpression'],
  ...['LambdaExpression', 'FormatString', 'FormatReplacement', '⚠'],
]);
/** Parts of a statement that can take any time. */
const WITH_CALL = new Set([
  ...['CallExpression', 'AwaitExpression', 'YieldExpression', 'Decorator', 'FormatReplacement'],
  ...['ArrayComprehensionExpression', 'SetComprehensionExpression', 'DictionaryComprehensionExpression'],
  'ComprehensionExpression',
]);
const ANY = '*';
const NAME_LENGTH = 120;

type Keys = Pick<StatementKeys, 'exact' | 'general' | 'wait' | 'sleepSeconds'>;

interface Argument {
  keyword: string | null;
  value: SyntaxNode[];
}

export function statementKeys(script: string, hash: Hash): StatementKeys[] {
  return new KeyReader(script, hash).read();
}

class KeyReader {
  readonly #script: string;
  readonly #hash: Hash;
  /** Of the functions and classes of the script, by name. */
  readonly #definitions = new Map<string, string>();

  constructor(script: string, hash: Hash) {
    this.#script = script;
    this.#hash = hash;
  }

  read(): StatementKeys[] {
    // One more, so that the caller sees that there are too many.
    const nodes = statementNodes(this.#script).slice(0, LIMITS.statementCount + 1);
    for (const node of nodes) this.#define(node);
    const spans = spansOf(this.#script, nodes);
    return nodes.flatMap((node, index) => {
      const span = spans[index];
      return span ? [{ ...span, ...this.#keysOf(node) }] : [];
    });
  }

  #define(node: SyntaxNode): void {
    const definition = node.name === 'DecoratedStatement' ? node.lastChild : node;
    if (definition?.name !== 'FunctionDefinition' && definition?.name !== 'ClassDefinition') return;
    const name = definition.getChild('VariableName');
    if (name) this.#definitions.set(this.#source(name), this.#hash(this.#text(node)));
  }

  #keysOf(node: SyntaxNode): Keys {
    if (contains(node, (name) => name === '⚠')) return { exact: null, general: null, wait: null, sleepSeconds: null };
    const call = callOf(node);
    if (!call) return this.#otherKeys(node);
    const [callee, list] = [call.firstChild, call.getChild('ArgList')];
    const name = this.#nameOf(callee);
    const parsed = this.#argumentsOf(list);
    const values = parsed.map(({ keyword, value }) => {
      const text = this.#literal(value) ?? ANY;
      return keyword === null ? text : `${keyword}=${text}`;
    });
    const positions = values.filter((_, index) => parsed[index]?.keyword === null);
    const keywords = values.filter((_, index) => parsed[index]?.keyword !== null).toSorted();
    const exact = `${name}(${this.#hash([...positions, ...keywords].join(', '))})`;
    const isAwaited = call.parent?.name === 'AwaitExpression';
    return {
      exact,
      general: name,
      wait: this.#waitOf(callee, parsed),
      sleepSeconds: this.#sleepOf(name, isAwaited, parsed),
    };
  }

  #otherKeys(node: SyntaxNode): Keys {
    const block = BLOCKS[node.name];
    const kind = `<${block ?? node.name}>`;
    const isFixed = block === undefined && !contains(node, (name) => WITH_CALL.has(name));
    const isDefinition = node.name === 'FunctionDefinition';
    return {
      exact: `${kind}(${this.#hash(this.#text(node))})`,
      general: isFixed || isDefinition ? kind : null,
      wait: null,
      sleepSeconds: null,
    };
  }

  /** The called name, such as `run.smurf.iv_curve`. */
  #nameOf(callee: SyntaxNode | null): string {
    if (!callee) return ANY;
    const text = this.#text(callee);
    const name = text.length > NAME_LENGTH ? this.#hash(text) : text.replaceAll(' ', '');
    const definition = this.#definitions.get(/^[\p{L}\p{N}_]+/u.exec(name)?.[0] ?? '');
    return definition === undefined ? name : `${name}#${definition}`;
  }

  #argumentsOf(list: SyntaxNode | null): Argument[] {
    const found: Argument[] = [];
    let parts: SyntaxNode[] = [];
    const end = () => {
      const [name, operator, ...value] = parts;
      const hasKeyword = name?.name === 'VariableName' && operator?.name === 'AssignOp';
      if (hasKeyword) found.push({ keyword: this.#source(name), value });
      else if (parts.length > 0) found.push({ keyword: null, value: parts });
      parts = [];
    };
    for (const part of list ? childrenOf(list).slice(1, -1) : []) {
      if (part.name === ',') end();
      else if (part.name !== 'Comment') parts.push(part);
    }
    end();
    return found;
  }

  /** The text of a literal, or of an expression of literals such as `60 * 5`. Null for any other value. */
  #literal(value: readonly SyntaxNode[]): string | null {
    const isLiteral = value.length > 0 && !value.some((node) => contains(node, (name) => NOT_LITERAL.has(name)));
    const isTime = value.length === 1 && value[0] && this.#timeOf(value[0]) !== null;
    return isLiteral && !isTime ? value.map((node) => this.#text(node)).join(' ') : null;
  }

  #waitOf(callee: SyntaxNode | null, given: readonly Argument[]): AbsoluteWait | null {
    const last = callee?.name === 'MemberExpression' ? callee.lastChild : callee;
    const rule = last && Object.hasOwn(WAITS, this.#source(last)) ? WAITS[this.#source(last)] : undefined;
    if (!rule) return null;
    const byKeyword = (keyword: string | undefined) => given.find((argument) => argument.keyword === keyword)?.value;
    const positional = given[rule.position]?.keyword === null ? given[rule.position]?.value : undefined;
    const [node, ...more] = byKeyword(rule.keyword) ?? positional ?? [];
    const until = node && more.length === 0 ? this.#timeOf(node) : null;
    if (until === null) return null;
    const [least] = rule.least === undefined ? [] : (byKeyword(rule.least) ?? []);
    const seconds = least?.name === 'Number' ? Number(this.#source(least).replaceAll('_', '')) : 0;
    return { until, leastMs: Number.isFinite(seconds) ? seconds * 1000 : 0 };
  }

  /** @param name with the definition of a function of the script, which is no sleep */
  #sleepOf(name: string, isAwaited: boolean, given: readonly Argument[]): number | null {
    const isSleep = SLEEPS.includes(name) && (name !== 'asyncio.sleep' || isAwaited);
    const [delay] = given;
    if (!isSleep || !delay || (delay.keyword !== null && delay.keyword !== 'delay')) return null;
    // `60 * 5`
    const factors = (this.#literal(delay.value) ?? '').split(' * ').map((text) => text.replaceAll('_', ''));
    const seconds = factors.reduce((product, text) => product * (/^\d|^\.\d/.test(text) ? Number(text) : NaN), 1);
    return Number.isFinite(seconds) ? seconds : null;
  }

  #timeOf(node: SyntaxNode): number | null {
    const quoted = node.name === 'String' ? /^(['"])([^'"\\]{10,40})\1$/.exec(this.#source(node)) : null;
    return quoted ? absoluteTime(quoted[2] ?? '') : null;
  }

  /** The tokens, without comments and spaces, and with the bounds of blocks. */
  #text(node: SyntaxNode): string {
    const tokens: string[] = [];
    // The last node that may be a token: it is one unless a node inside it follows.
    let last: { name: string; from: number; to: number } | null = null;
    const push = () => {
      if (last) tokens.push(this.#token(last));
      last = null;
    };
    node.cursor().iterate(
      ({ name, from, to }) => {
        if (last && from >= last.to) push();
        if (name === 'Comment') return false;
        if (name === 'Body') tokens.push('{');
        last = { name, from, to };
        return name !== 'String' && name !== 'FormatString';
      },
      ({ name }) => {
        if (name !== 'Body') return;
        push();
        tokens.push('}');
      },
    );
    push();
    return tokens.join(' ');
  }

  /** Both quotes are the same text. */
  #token({ name, from, to }: { name: string; from: number; to: number }): string {
    const source = this.#script.slice(from, to);
    const plain = name === 'String' ? /^'([^'"\\]*)'$/.exec(source) : null;
    return plain ? `"${plain[1] ?? ''}"` : source;
  }

  #source({ from, to }: SyntaxNode): string {
    return this.#script.slice(from, to);
  }
}

/** The call of a statement that is one, or assigns the result of one. */
function callOf(statement: SyntaxNode): SyntaxNode | null {
  const isCall = statement.name === 'ExpressionStatement';
  if (!isCall && statement.name !== 'AssignStatement' && statement.name !== 'UpdateStatement') return null;
  let value = statement.lastChild;
  // `a(), b()` is a tuple without brackets.
  if (value?.prevSibling && (isCall || value.prevSibling.name === ',')) return null;
  while (value?.name === 'AwaitExpression' || value?.name === 'ParenthesizedExpression') {
    value = value.name === 'AwaitExpression' ? value.lastChild : (value.firstChild?.nextSibling ?? null);
  }
  return value?.name === 'CallExpression' ? value : null;
}

function contains(node: SyntaxNode, matches: (name: string) => boolean): boolean {
  let isFound = false;
  node.cursor().iterate(({ name }) => {
    isFound ||= matches(name);
    return !isFound;
  });
  return isFound;
}
