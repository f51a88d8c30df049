/** The client of the GraphQL API. */
import { readFileSync } from 'node:fs';
import { createClient, type Client } from 'graphql-ws';
import { CommandError, EXIT } from './errors.ts';

interface Answer<T> {
  data?: T | null;
  errors?: { message: string; extensions?: { code?: string } }[];
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
        `"${server}" is not a server address. Use one such as http://127.0.0.1:8000.`,
        EXIT.input,
        'BAD_INPUT',
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
      const text = `Cannot reach the server at ${this.server} (${cause}). Check that it is running, or set --server.`;
      throw new CommandError(text, EXIT.unreachable, 'UNREACHABLE');
    }
    const [first] = answer.errors ?? [];
    if (first || !answer.data) {
      const code = first?.extensions?.code ?? 'INTERNAL';
      const hint =
        code === 'UNAUTHENTICATED'
          ? ' Create a token in Settings, and pass it with --token-file or SEQUENCER_TOKEN.'
          : '';
      throw new CommandError((first?.message ?? 'The server returned no data.') + hint, EXIT.refused, code);
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
