/** The product under measurement: the whole stack, and the commands of a client on one websocket. */
import { readFileSync } from 'node:fs';
import { createClient, type Client, type FormattedExecutionResult, type Sink } from 'graphql-ws';
import { WebSocket } from 'ws';
import { Stack } from '@sequencer/testing/stack/stack';

export interface SeenEvent {
  seq: number;
  type: string;
  data: Record<string, unknown>;
  /** When it arrived here, in ms. */
  at: number;
}

/** The events of a run: resolves to the next new event that matches. */
export interface Events {
  next: (match: (event: SeenEvent) => boolean) => Promise<SeenEvent>;
  stop: () => void;
}

/** The subscriptions of the run page. */
export const PAGE_SUBSCRIPTIONS = [
  'subscription ($run: ID!) { run(id: $run) { phase reason lastSeq traces { line } } }',
  'subscription ($run: ID!) { events(run: $run) { seq type at data } }',
  'subscription { sequencers { name activeRun { phase position { line } } } }',
];

/** Reads the data of a subscription, which must not fail. */
function sink<T>(next: (data: T | null | undefined) => void): Sink<FormattedExecutionResult<T>> {
  return {
    next: ({ data }) => {
      next(data);
    },
    error: (error) => {
      throw new Error(String(error));
    },
    complete: () => undefined,
  };
}

export class Product {
  readonly stack: Stack;
  readonly #client: Client;

  private constructor(stack: Stack) {
    this.stack = stack;
    const url = `${stack.url.replace('http', 'ws')}/graphql`;
    this.#client = createClient({ url, webSocketImpl: WebSocket, lazy: false });
  }

  static async start(sequencers = ['satp1']): Promise<Product> {
    return new Product(await Stack.start({ SEQUENCERS: sequencers.join(',') }));
  }

  /** Over the websocket, as the browser's live client does. */
  async ask(query: string, variables: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    for await (const { data, errors } of this.#client.iterate({ query, variables })) {
      if (errors?.[0]) throw new Error(errors[0].message);
      return data ?? {};
    }
    throw new Error('no answer');
  }

  /** Follows a run's events. */
  follow(run: string): Events {
    const seen: SeenEvent[] = [];
    let taken = 0;
    let wake: (() => void) | null = null;
    const stop = this.#client.subscribe(
      { query: 'subscription ($run: ID!) { events(run: $run) { seq type data } }', variables: { run } },
      sink<{ events: { seq: number; type: string; data: string }[] }>((data) => {
        for (const { seq, type, data: json } of data?.events ?? []) {
          seen.push({ seq, type, data: JSON.parse(json) as Record<string, unknown>, at: performance.now() });
        }
        wake?.();
      }),
    );
    return {
      next: async (match) => {
        for (;;) {
          for (; taken < seen.length; taken++) {
            const event = seen[taken];
            if (event && match(event)) {
              taken += 1;
              return event;
            }
          }
          await new Promise<void>((resolve) => (wake = resolve));
        }
      },
      stop,
    };
  }

  /** Calls `seen` with the number of the first trace's prompt, or 0 for none, at each update of the run. */
  watchPrompts(run: string, seen: (prompt: number) => void): () => void {
    return this.#client.subscribe(
      {
        query: 'subscription ($run: ID!) { run(id: $run) { phase reason lastSeq traces { prompt { number } } } }',
        variables: { run },
      },
      sink<{ run: { traces: { prompt: { number: number } | null }[] } }>((data) => {
        seen(data?.run.traces[0]?.prompt?.number ?? 0);
      }),
    );
  }

  /** Subscribes as the run page does. */
  watchLikePage(run: string): () => void {
    const stops = PAGE_SUBSCRIPTIONS.map((query) =>
      this.#client.subscribe(
        { query, variables: query.includes('$run') ? { run } : {} },
        { next: () => undefined, error: () => undefined, complete: () => undefined },
      ),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Resident memory of the API, in MB. */
  apiMemory(): number {
    const status = readFileSync(`/proc/${String(this.stack.part('api/src/main.ts'))}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }

  async stop(): Promise<void> {
    await this.#client.dispose();
    await this.stack.stop();
  }
}
