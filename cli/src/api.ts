/** The client of the GraphQL API. */
import { readFileSync } from 'node:fs';
import { createClient, type Client } from 'graphql-ws';
import { CommandError, EXIT, commandError, type ServerError } from './errors.ts';

interface Answer<T> {
  data?: T | null;
  errors?: ServerError[];
}

/** Reads the token from the file, if there is one. Never from an argument, which every user of the machine can read. */
export function readToken(file: string | undefined, otherwise: string | undefined): string | null {
  if (file === undefined) return otherwise ?? null;
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
        `"${server}" is not a server address.`,
        EXIT.input,
        'BAD_INPUT',
        'Use one such as http://127.0.0.1:8000.',
      );
    }
    this.token = token;
    this.#headers = token === null ? {} : { authorization: `Bearer ${token}` };
    this.server = server.replace(/\/+$/, '');
  }

  /** @throws CommandError when the server is unreachable or returns an error */
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
      const text = `Cannot reach the server at ${this.server} (${cause}).`;
      throw new CommandError(text, EXIT.unreachable, 'UNREACHABLE', 'Check that it is running, or set --server.');
    }
    const [first] = answer.errors ?? [];
    if (first || !answer.data) {
      throw commandError(first ?? { message: 'The server returned no data.' });
    }
    return answer.data;
  }

  /** Retries while the server or its database is unreachable. */
  async requestUntilReachable<T>(query: string, variables: Record<string, unknown>): Promise<T> {
    for (;;) {
      try {
        return await this.request<T>(query, variables);
      } catch (error) {
        const transient = error instanceof CommandError && ['UNREACHABLE', 'DATABASE_AWAY'].includes(error.code);
        if (!transient) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  /** A client that reconnects until it is disposed. */
  socket(): Client {
    return createClient({
      url: `${this.server.replace(/^http/, 'ws')}/graphql`,
      // The standard WebSocket sends no headers of ours: the first message carries the token.
      connectionParams: this.#headers,
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: async (attempt) => {
        await new Promise((resolve) => setTimeout(resolve, Math.min(200 * 2 ** attempt, 5000)));
      },
    });
  }
}
