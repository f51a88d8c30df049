/** Each call of an agent and each end of an operation, one line each, for tests and debugging. */
import { floatText, type Params } from './params.ts';

const KEPT = 10_000;

function paramText(params: Params | null): string {
  return Object.entries(params ?? {})
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'number' ? floatText(value) : typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join(' ');
}

export class Journal {
  readonly #lines: string[] = [];

  called(agent: string, action: string, op: string, params: Params | null, refused: string | null): void {
    this.#add(agent, action, op, `${paramText(params)}${refused === null ? '' : ` REFUSED: ${refused}`}`.trim());
  }

  ended(agent: string, op: string, success: boolean, message: string): void {
    this.#add(agent, 'end', op, `${success ? 'ok' : 'FAILED'}: ${message}`);
  }

  #add(agent: string, what: string, op: string, detail: string): void {
    this.#lines.push(`${agent.padEnd(15)} ${what.padEnd(5)} ${op.padEnd(20)} ${detail}`);
    if (this.#lines.length > KEPT) this.#lines.shift();
  }

  text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }
}
