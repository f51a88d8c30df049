/** Shows the script's questions. In an interactive terminal the user can answer them; the first answer counts. */
import type { Api } from './api.ts';
import { CommandError } from './errors.ts';
import { follow } from './follow.ts';
import type { Terminal } from './terminal.ts';

interface Ask {
  ask: number;
  kind: string;
  question: string;
  default: string | null;
  answered: { answer: string | null; by: string | null } | null;
}

const ASKS = `subscription ($run: ID!) {
  run(id: $run) { asks { ask kind question default answered { answer by } } } }`;
const ANSWER = `mutation ($run: ID!, $ask: Int!, $answer: String!) {
  answerAsk(run: $run, ask: $ask, answer: $answer) { id } }`;

interface Shown {
  ask: Ask;
  withdraw: AbortController;
  /** This terminal sent the answer. */
  answered: boolean;
}

export class RunQuestions {
  readonly #api: Api;
  readonly #run: string;
  readonly #terminal: Terminal;
  readonly #shown = new Map<number, Shown>();
  /** Only one prompt at a time, because several threads of the script may ask concurrently. */
  #prompts: Promise<void> = Promise.resolve();

  readonly #past: boolean;

  /** @param past whether to print questions that had already been answered */
  constructor(api: Api, run: string, terminal: Terminal, past: boolean) {
    this.#past = past;
    this.#api = api;
    this.#run = run;
    this.#terminal = terminal;
  }

  get url(): string {
    return `${this.#api.server}/runs/${this.#run}`;
  }

  /** Shows each question until the run has ended. */
  async follow(): Promise<void> {
    let skipAnswered = !this.#past;
    const next = ({ run }: { run: { asks: Ask[] } }) => {
      for (const ask of run.asks) {
        if (skipAnswered && ask.answered) this.#remember(ask).withdraw.abort();
        else this.#update(ask);
      }
      skipAnswered = false;
    };
    await follow(this.#api, { query: ASKS, variables: { run: this.#run }, next });
    for (const { withdraw } of this.#shown.values()) withdraw.abort();
    await this.#prompts;
  }

  #update(ask: Ask): void {
    const shown = this.#shown.get(ask.ask);
    if (shown && ask.answered) this.#close(shown, ask.answered);
    else if (!shown && !ask.answered) this.#open(ask);
    else if (!shown && ask.answered) {
      // Asked and answered between two updates of the run.
      this.#terminal.print(`the script asked: ${oneLine(ask.question)}`);
      this.#close(this.#remember(ask), ask.answered);
    }
  }

  #remember(ask: Ask): Shown {
    const shown = { ask, withdraw: new AbortController(), answered: false };
    this.#shown.set(ask.ask, shown);
    return shown;
  }

  #open(ask: Ask): void {
    const shown = this.#remember(ask);
    if (!this.#terminal.interactive) {
      this.#terminal.print(`the script asks: ${oneLine(ask.question)}  Answer at ${this.url}`);
      return;
    }
    this.#prompts = this.#prompts
      .then(() => this.#answer(shown))
      .catch((error: unknown) => {
        this.#terminal.printError(error);
      });
  }

  #close(shown: Shown, { answer, by }: NonNullable<Ask['answered']>): void {
    if (shown.withdraw.signal.aborted) return;
    shown.withdraw.abort();
    if (shown.answered) return;
    if (answer === null) this.#terminal.print('The question was not answered.');
    else if (by === null)
      this.#terminal.print(`The question was not answered in time. The script uses the default: ${answer}`);
    else this.#terminal.print(`Answered by ${by}: ${answer}`);
  }

  async #answer(shown: Shown): Promise<void> {
    const { ask, withdraw } = shown;
    const isOver = () => withdraw.signal.aborted;
    while (!isOver()) {
      const line = await this.#terminal.ask(promptOf(ask), withdraw.signal);
      if (isOver()) return;
      if (line === null) {
        this.#terminal.print(`No answer was sent. Answer at ${this.url}`);
        return;
      }
      try {
        shown.answered = true;
        const answer = line === '' && ask.default !== null ? ask.default : line;
        await this.#api.request(ANSWER, { run: this.#run, ask: ask.ask, answer });
        return;
      } catch (error) {
        shown.answered = false;
        if (!(error instanceof CommandError)) throw error;
        // Another answer was first. The next update of the run prints it.
        if (error.code === 'ASK_ANSWERED') return;
        this.#terminal.printError(error);
      }
    }
  }
}

function oneLine(question: string): string {
  return question.trim().replaceAll(/\s+/g, ' ');
}

/** The text of `input()` is shown unchanged; a question of the module `sequencer` is followed by its choices. */
function promptOf({ kind, question, default: fallback }: Ask): string {
  const text = oneLine(question);
  const choices = [kind === 'confirm' ? 'yes/no' : '', fallback === null ? '' : `Enter for ${fallback}`];
  const hint = choices.filter((part) => part !== '').join(', ');
  return [text, hint === '' ? '' : `[${hint}]`, '']
    .filter((part, i) => part !== '' || (i === 2 && text !== ''))
    .join(' ');
}
