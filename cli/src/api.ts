/** The GraphQL API as the commands use it. */
import { readFileSync } from 'node:fs';
import { createClient, type Client } from 'graphql-ws';
import { CommandError, EXIT } from './errors.ts';

interface Answer<T> {
  data?: T | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** From the file that is named, or the environment; never from the command line, which everybody on a machine can see. */
export function readToken(file: string | undefined, env: NodeJS.ProcessEnv): string | null {
  if (file === undefined) return env.SEQUENCER_TOKEN?.trim() || null;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CommandError(`The token cannot be read: ${(error as Error).message}.`, EXIT.input, 'BAD_INPUT');
  }
}

export class Api {
  readonly server: string;
  readonly token: string | null;
  readonly #headers: Record<string, string>;

  /** @param token the API token, where the server requires one */
  constructor(server: string, token: string | null) {
    if (!URL.canParse(server) || !/^https?:/.test(server)) {
      throw new CommandError(
        `"${server}" is not an address. Give one like http://127.0.0.1:8000.`,
        EXIT.input,
        'BAD_INPUT',
      );
    }
    this.token = token;
    this.#headers = token === null ? {} : { authorization: `Bearer ${token}` };
    this.server = server.replace(/\/+$/, '');
  }

  /** Throws CommandError: unreachable, or the server's own refusal. */
  async request<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    let answer: Answer<T>;
    try {
      const response = await fetch(`${this.server}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.#headers },
        body: JSON.stringify({ query, variables }),
      });
      answer = (await response.json()) as Answer<T>;
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      const text = `The server at ${this.server} cannot be reached (${cause}). Is it running? Name another with --server.`;
      throw new CommandError(text, EXIT.unreachable, 'UNREACHABLE');
    }
    const [first] = answer.errors ?? [];
    if (first || !answer.data) {
      const code = first?.extensions?.code ?? 'INTERNAL';
      const how =
        code === 'UNAUTHENTICATED'
          ? ' Make a token in Settings; put it in a file (--token-file) or SEQUENCER_TOKEN.'
          : '';
      throw new CommandError((first?.message ?? 'The server gave no answer.') + how, EXIT.refused, code);
    }
    return answer.data;
  }

  /** Does it again for as long as the server cannot be reached. */
  async persist<T>(query: string, variables: Record<string, unknown>): Promise<T> {
    for (;;) {
      try {
        return await this.request<T>(query, variables);
      } catch (error) {
        const passing = error instanceof CommandError && ['UNREACHABLE', 'DATABASE_AWAY'].includes(error.code);
        if (!passing) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  /** A connection that comes back for ever. */
  socket(): Client {
    return createClient({
      url: `${this.server.replace(/^http/, 'ws')}/graphql`,
      // A browser's websocket has no headers: the token goes with the first message.
      connectionParams: this.#headers,
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: async (attempt) => {
        await new Promise((resolve) => setTimeout(resolve, Math.min(200 * 2 ** attempt, 5000)));
      },
    });
  }
}
