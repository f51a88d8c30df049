/** Limits the size of answers: of each one, and of all unread answers of one user. */
import { SequencerError } from '@sequencer/model';
import { KeyedMutex } from '../../lib/keyed-mutex.ts';

const MB = 1024 * 1024;
/** One answer, as JSON in UTF-8. */
export const ANSWER_BYTES = 10 * MB;
/** All unread answers of one user together: less than two of the largest size. */
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

/** The byte budget of one answer. It is spent while the answer is built, so that building stops early when it is exceeded. */
export class AnswerBudget {
  readonly #take: (bytes: number) => boolean;
  #spent = 0;
  #isOfSubscription = false;
  #problem: SequencerError | null = null;
  readonly #reads = new KeyedMutex();

  constructor(take: (bytes: number) => boolean) {
    this.#take = take;
  }

  /** Why the answer is not sent; null while it fits. */
  get problem(): SequencerError | null {
    return this.#problem;
  }

  /** Bytes of a text as JSON. For subscriptions, whose batches are bounded already, its length is close enough. */
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
      this.#fail(
        new SequencerError(
          'TOO_MANY',
          'Your clients have too many unread answers.',
          'Read those first, then try again.',
        ),
      );
    }
  }

  #fail(problem: SequencerError): void {
    this.release();
    this.#problem = problem;
  }

  /**
   * Runs a large read after the reads before it have finished. Throws, without reading, once the budget is exceeded.
   *
   * @param of which sequence of reads: a field of Query may wait for fields below it, so it has its own
   */
  load<T>(read: () => T | Promise<T>, of: 'field' | 'query' = 'field'): Promise<T> {
    return this.#reads.run(of, () => {
      if (this.#problem) throw this.#problem;
      return read();
    });
  }

  /** Frees the bytes, after the answer was sent or dropped. */
  release(): void {
    this.#take(-this.#spent);
    this.#spent = 0;
  }

  /** Starts the budget of the next result of a subscription. */
  restart(): void {
    this.#isOfSubscription = true;
    this.release();
    this.#problem = null;
  }
}
