/** What a script expects of its telescope: the host name and the OCS agents. From its text alone, as far as it has literals. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import { childrenOf, lineFinder } from '../python/statements.ts';

/** What `sorunlib.CLIENTS` contains under these names, and the modules of sorunlib that command it. */
const SORUNLIB_CLIENTS: Record<string, readonly string[]> = {
  acu: ['acu', 'seq', 'wiregrid'],
  hwp: ['hwp'],
  smurf: ['smurf', 'seq'],
  wiregrid: ['wiregrid'],
  stimulator: ['stimulator'],
};

export interface HostnameCheck {
  line: number;
  hostname: string;
}

export interface ScriptUses {
  /** `assert socket.gethostname() == 'daq-satp1-sequencer'`. */
  hostnames: HostnameCheck[];
  /** Agents by their instance id: `OCSClient('acu1')`. */
  agents: string[];
  /** Clients of sorunlib: `acu` for `run.acu.move_to(…)`, and for `run.CLIENTS['acu']`. */
  clients: string[];
}

export function scriptUses(script: string): ScriptUses {
  return new UsesReader(script).read();
}

class UsesReader {
  readonly #script: string;
  readonly #hostnames: HostnameCheck[] = [];
  readonly #agents = new Set<string>();
  readonly #clients = new Set<string>();
  /** Names of the package sorunlib, and of its modules, in the script. The value of the package is ''. */
  readonly #modules = new Map<string, string>();

  constructor(script: string) {
    this.#script = script;
  }

  read(): ScriptUses {
    const lineAt = lineFinder(this.#script);
    const tree = parser.parse(this.#script);
    tree.iterate({
      enter: ({ name, node }) => {
        if (name === 'ImportStatement') this.#readImport(node);
      },
    });
    tree.iterate({
      enter: ({ name, node }) => {
        if (name === 'AssertStatement') this.#readAssert(node, lineAt(node.from));
        else if (name === 'CallExpression') this.#readCall(node);
        else if (name === 'MemberExpression') this.#readMember(node);
      },
    });
    return { hostnames: this.#hostnames, agents: [...this.#agents], clients: [...this.#clients] };
  }

  #readImport(node: SyntaxNode): void {
    const [, from, list = ''] = /^(?:from\s+([\w.]+)\s+)?import\b(.*)$/s.exec(this.#text(node)) ?? [];
    for (const item of list.replaceAll(/#.*$|[()\\]/gm, ' ').split(',')) {
      const [, path = '', alias] = /^\s*([\w.]+)(?:\s+as\s+(\w+))?\s*$/.exec(item) ?? [];
      const [root, module = '', ...rest] = [...(from?.split('.') ?? []), ...path.split('.')];
      if (root !== 'sorunlib' || rest.length > 0) continue;
      // `import sorunlib.acu` binds the package.
      if (from === undefined && alias === undefined) this.#modules.set(root, '');
      else this.#modules.set(alias ?? module, module);
    }
  }

  #readAssert(node: SyntaxNode, line: number): void {
    const test = childrenOf(node)[1];
    if (test?.name !== 'BinaryExpression' || test.getChild('CompareOp') === null) return;
    const [left, operator, right] = childrenOf(test);
    if (!left || !right || !operator || this.#text(operator) !== '==') return;
    const [call, literal] = left.name === 'CallExpression' ? [left, right] : [right, left];
    const hostname = this.#string(literal);
    if (call.name !== 'CallExpression' || hostname === null) return;
    if (this.#lastName(call.firstChild) === 'gethostname') this.#hostnames.push({ line, hostname });
  }

  #readCall(node: SyntaxNode): void {
    const list = node.getChild('ArgList');
    const first = list && childrenOf(list)[1];
    if (!first || this.#lastName(node.firstChild) !== 'OCSClient') return;
    const agent = this.#string(first);
    if (agent !== null) this.#agents.add(agent);
  }

  /** `run.acu.…`, `run.CLIENTS['acu']` and, of an imported module, `acu.…`. */
  #readMember(node: SyntaxNode): void {
    const [object, , property] = childrenOf(node);
    if (object?.name === 'VariableName') {
      const module = this.#modules.get(this.#text(object));
      const used = module === '' && property ? this.#text(property) : module;
      if (used) this.#useModule(used);
    } else if (object?.name === 'MemberExpression' && this.#text(object).endsWith('.CLIENTS')) {
      const name = property && this.#string(property);
      if (name && Object.hasOwn(SORUNLIB_CLIENTS, name)) this.#clients.add(name);
    }
  }

  #useModule(module: string): void {
    for (const [client, modules] of Object.entries(SORUNLIB_CLIENTS)) {
      if (modules.includes(module)) this.#clients.add(client);
    }
  }

  #lastName(callee: SyntaxNode | null): string {
    const last = callee?.name === 'MemberExpression' ? callee.lastChild : callee;
    return last ? this.#text(last) : '';
  }

  #string(node: SyntaxNode): string | null {
    const quoted = node.name === 'String' ? /^(['"])([^'"\\\n]{1,255})\1$/.exec(this.#text(node)) : null;
    return quoted?.[2] ?? null;
  }

  #text({ from, to }: SyntaxNode): string {
    return this.#script.slice(from, to);
  }
}
