/** Exit statuses and errors of a command that failed. */

export const EXIT = { input: 2, refused: 1, unreachable: 69, brokenPipe: 141 } as const;

/** An error with a message for the user, and an exit status and a code for programs. */
export class CommandError extends Error {
  readonly exitCode: number;
  readonly code: string;

  constructor(message: string, exitCode: number, code: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}
