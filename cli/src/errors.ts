/** How a command ends when it cannot do what it was asked. */

export const EXIT = { input: 2, refused: 1, unreachable: 69, brokenPipe: 141 } as const;

/** A sentence for people, and the exit status for programs. */
export class CommandError extends Error {
  readonly exitCode: number;
  readonly code: string;

  constructor(message: string, exitCode: number, code: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}
