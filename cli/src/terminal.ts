/** The terminal of `sequencer run`: the script's output, and below it the open question. */
import { clearScreenDown, createInterface, cursorTo, type Interface } from 'node:readline';
import { errorLines } from './errors.ts';
import type { Output } from './follow.ts';

/** The content of the terminal's current line, which a prompt has to keep. */
function currentLine(before: string, text: string): string {
  return (before + text).split(/[\r\n]/).at(-1) ?? '';
}

export class Terminal {
  /** Whether the user can answer here: the script was not read from standard input, and both ends are a terminal. */
  readonly interactive: boolean;
  #line = '';
  #prompt: { keyboard: Interface; question: string } | null = null;

  constructor(interactive: boolean) {
    this.interactive = interactive && process.stdin.isTTY && process.stderr.isTTY;
  }

  write({ stream, text }: Output): void {
    const target = stream === 'STDERR' ? process.stderr : process.stdout;
    if (!target.isTTY) {
      target.write(text);
      return;
    }
    if (this.#prompt) {
      cursorTo(process.stderr, 0);
      clearScreenDown(process.stderr);
      process.stderr.write(this.#line);
    }
    target.write(text);
    this.#line = currentLine(this.#line, text);
    this.#draw();
  }

  /** Prints a line of this program, above the prompt. */
  print(text: string): void {
    if (this.#prompt) {
      cursorTo(process.stderr, 0);
      clearScreenDown(process.stderr);
      process.stderr.write(this.#line);
    }
    if (this.#line !== '') this.#breakLine();
    process.stderr.write(`sequencer: ${text}\n`);
    this.#draw();
  }

  printError(error: unknown): void {
    for (const line of errorLines(error)) this.print(line);
  }

  /** Resolves to a line, or to null when the terminal was closed (Ctrl-D) or the prompt was withdrawn. */
  ask(question: string, signal: AbortSignal): Promise<string | null> {
    return new Promise((resolve) => {
      const keyboard = createInterface({ input: process.stdin, output: process.stderr, historySize: 0 });
      if (question !== '' && this.#line !== '' && !this.#shows(question)) this.#breakLine();
      this.#prompt = { keyboard, question };
      let answer: string | null = null;
      const withdraw = () => {
        cursorTo(process.stderr, 0);
        clearScreenDown(process.stderr);
        process.stderr.write(this.#line);
        keyboard.close();
      };
      keyboard.once('line', (line) => {
        answer = line;
        // The cursor is below the answer now.
        this.#line = '';
        keyboard.close();
      });
      keyboard.on('SIGINT', () => process.emit('SIGINT'));
      keyboard.once('close', () => {
        this.#prompt = null;
        signal.removeEventListener('abort', withdraw);
        resolve(answer);
      });
      signal.addEventListener('abort', withdraw);
      this.#draw();
    });
  }

  #draw(): void {
    if (!this.#prompt) return;
    const { keyboard, question } = this.#prompt;
    keyboard.setPrompt(this.#shows(question) ? this.#line : this.#line + question);
    keyboard.prompt(true);
  }

  #breakLine(): void {
    process.stderr.write('\n');
    this.#line = '';
  }

  /** `input()` writes its question to the output, before or after the question itself arrives. */
  #shows(question: string): boolean {
    const [line, text] = [this.#line.trimEnd(), question.trimEnd()];
    return line !== '' && text !== '' && (line.endsWith(text) || text.endsWith(line));
  }
}
