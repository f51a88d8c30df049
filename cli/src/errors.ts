/** Exit statuses and errors of a command that failed. */

export const EXIT = { input: 2, refused: 1, unreachable: 69, brokenPipe: 141 } as const;

const TOKEN_REMEDY = 'Create a token in Settings, and pass it with --token-file or SEQUENCER_TOKEN.';

/** An error with a message for the user, and an exit status and a code for programs. */
export class CommandError extends Error {
  readonly exitCode: number;
  readonly code: string;
  /** What to do; empty if the message contains it. */
  readonly remedy: string;

  constructor(message: string, exitCode: number, code: string, remedy = '') {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
    this.remedy = remedy;
  }
}

/** An error as the server sends it. The code may be of a newer server. */
export interface ServerError {
  message: string;
  extensions?: { code?: unknown; remedy?: unknown };
}

export function commandError({ message, extensions: { code, remedy } = {} }: ServerError): CommandError {
  const known = typeof code === 'string' ? code : 'INTERNAL';
  const text = known === 'UNAUTHENTICATED' ? TOKEN_REMEDY : remedy;
  return new CommandError(message, EXIT.refused, known, typeof text === 'string' ? text : '');
}

/** The lines to print: the message, and the remedy. */
export function errorLines(error: unknown): string[] {
  if (!(error instanceof CommandError)) return [error instanceof Error ? error.message : String(error)];
  return [`${error.message} (${error.code})`, error.remedy].filter((line) => line !== '');
}
