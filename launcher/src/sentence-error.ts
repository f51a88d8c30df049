/** Something that a person has to mend; its message is shown as it is, without a stack. */
export class SentenceError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SentenceError';
  }
}
