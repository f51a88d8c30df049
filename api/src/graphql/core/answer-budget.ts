/** The bytes that answers take: of one answer, and of all that one user's clients have not read yet. */
import { SequencerError } from '@sequencer/model';

const MB = 1024 * 1024;
/** One answer, as JSON in UTF-8. */
export const ANSWER_BYTES = 10 * MB;
/** All unread answers of one user together: less than two of the largest. */
const USER_BYTES = 14 * MB;

/** Unread bytes by user name, or by address without a sign-in. */
export class UnreadAnswers {
  readonly #held = new Map<string, number>();

  open(user: string): AnswerBudget {
    return new AnswerBudget((bytes) => this.#take(user, bytes));
  }

  #take(user: string, bytes: number): boolean {
    const held = (this.#held.get(user) ?? 0) + bytes;
    if (bytes > 0 && held > USER_BYTES) return false;
    if (held > 0) this.#held.set(user, held);
    else this.#held.delete(user);
    return true;
  }
}

/** The byte budget of one answer. It is spent while the answer is built, so that a too large one stops early. */
export class AnswerBudget {
  readonly #take: (bytes: number) => boolean;
  #spent = 0;
  #isOfSubscription = false;
  #problem: SequencerError | null = null;
  readonly #turns = { field: Promise.resolve<unknown>(null), query: Promise.resolve<unknown>(null) };

  constructor(take: (bytes: number) => boolean) {
    this.#take = take;
  }

  /** Why the answer is not sent; null while it fits. */
  get problem(): SequencerError | null {
    return this.#problem;
  }

  /** Bytes of a text as JSON. The batches of subscriptions are bounded before: of these, its length is near enough. */
  sizeOf(text: string): number {
    return this.#isOfSubscription ? text.length : Buffer.byteLength(JSON.stringify(text));
  }

  spend(bytes: number): void {
    if (this.#problem) return;
    if (this.#spent + bytes > ANSWER_BYTES) {
      this.#fail(new SequencerError('ANSWER_TOO_LARGE'));
    } else if (this.#take(bytes)) {
      this.#spent += bytes;
    } else {
      this.#fail(new SequencerError('TOO_MANY', 'Your clients have not read their earlier answers yet. Try again.'));
    }
  }

  #fail(problem: SequencerError): void {
    this.release();
    this.#problem = problem;
  }

  /**
   * Reads something large: one after the other, and nothing when the answer is too large already.
   *
   * @param of what reads: a field of Query may wait for fields that it reads itself
   */
  load<T>(read: () => T | Promise<T>, of: 'field' | 'query' = 'field'): Promise<T> {
    const turn = this.#turns[of].then(() => {
      if (this.#problem) throw this.#problem;
      return read();
    });
    this.#turns[of] = turn.catch(() => undefined);
    return turn;
  }

  /** The answer was sent, or is not sent. */
  release(): void {
    this.#take(-this.#spent);
    this.#spent = 0;
  }

  /** The next answer of a subscription: the one before was sent. */
  restart(): void {
    this.#isOfSubscription = true;
    this.release();
    this.#problem = null;
  }
}
