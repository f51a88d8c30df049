/** The GraphQL client of the components: queries, mutations and subscriptions, without a cache. */
import {
  Client,
  CombinedError,
  fetchExchange,
  mapExchange,
  subscriptionExchange,
  type AnyVariables,
  type Exchange,
  type OperationResult,
} from '@urql/vue';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print, type GraphQLFormattedError } from 'graphql';
import { inject, onScopeDispose, shallowRef, type InjectionKey, type ShallowRef } from 'vue';
import type { Connection } from './connection.ts';
import { subscribe } from './subscribe.ts';

export const clientKey: InjectionKey<Client> = Symbol('client');

export function useApi(): Client {
  const client = inject(clientKey);
  if (!client) throw new Error('no client');
  return client;
}

function client(url: string, exchanges: Exchange[]): Client {
  // Pages show the current state: no result comes from a cache.
  return new Client({ url, preferGetMethod: false, requestPolicy: 'network-only', exchanges });
}

/** A client for queries and mutations only. */
export function makeHttpClient(url: string): Client {
  return client(url, [fetchExchange]);
}

/** @param onUnauthorized called when the server answers that the user is not signed in */
export function makeClient(url: string, connection: Connection, onUnauthorized: () => void): Client {
  return client(url, [
    mapExchange({
      onError: (error) => {
        if (ApiError.of(error).code === 'UNAUTHENTICATED') onUnauthorized();
      },
    }),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({
          unsubscribe: subscribe(
            connection,
            { query: query ?? '', variables: variables as Record<string, unknown> },
            sink as never,
          ),
        }),
      }),
    }),
  ]);
}

const UNREACHABLE: GraphQLFormattedError = {
  message: 'The server cannot be reached.',
  extensions: { code: 'UNREACHABLE', remedy: 'Try again when the page has reconnected.' },
};

/** An error of the API. The code is listed in docs/errors.md, or that of a newer server. */
export class ApiError extends Error {
  readonly code: string;
  /** What to do; empty if the server did not send it. */
  readonly remedy: string;

  constructor({ message, extensions }: GraphQLFormattedError) {
    super(message);
    this.code = typeof extensions?.code === 'string' ? extensions.code : 'INTERNAL';
    this.remedy = typeof extensions?.remedy === 'string' ? extensions.remedy : '';
  }

  static of({ graphQLErrors: [first] }: CombinedError): ApiError {
    return new ApiError(first ?? UNREACHABLE);
  }
}

/** What to show of a failure: the message and the remedy. */
export function errorText(reason: unknown): string {
  if (reason instanceof ApiError) return `${reason.message} ${reason.remedy}`.trimEnd();
  return reason instanceof Error ? reason.message : String(reason);
}

export function query<T, V extends AnyVariables>(
  client: Client,
  document: TypedDocumentNode<T, V>,
  variables: V,
): Promise<T> {
  return dataOf(client.query(document, variables).toPromise());
}

export function mutate<T, V extends AnyVariables>(
  client: Client,
  document: TypedDocumentNode<T, V>,
  variables: V,
): Promise<T> {
  return dataOf(client.mutation(document, variables).toPromise());
}

/** Throws an ApiError. */
async function dataOf<T>(response: Promise<Pick<OperationResult<T>, 'data' | 'error'>>): Promise<T> {
  const { data, error } = await response;
  if (error) throw ApiError.of(error);
  if (data === undefined) throw new Error('the response has no data');
  return data;
}

/** The latest result of a subscription that sends complete states. Unsubscribes with the component. */
export function useLatest<T, V extends AnyVariables>(
  document: TypedDocumentNode<T, V>,
  variables: V,
): ShallowRef<T | null> {
  const client = useApi();
  const latest = shallowRef<T | null>(null);
  const subscription = client.subscription(document, variables).subscribe(({ data }) => {
    if (data) latest.value = data;
  });
  onScopeDispose(() => {
    subscription.unsubscribe();
  });
  return latest;
}

/**
 * Follows a subscription. The variables are read again at each reconnect, so that it can continue after the last event.
 *
 * @param onRefused called when the server refuses the subscription; it is not retried
 */
export function follow<T, V extends AnyVariables>(
  connection: Connection,
  document: TypedDocumentNode<T, V>,
  variables: V,
  onData: (data: T) => void,
  onRefused: (reason: ApiError) => void,
): () => void {
  return subscribe<T>(
    connection,
    { query: print(document), variables: variables as Record<string, unknown> },
    {
      next: ({ data, errors }) => {
        if (data) onData(data);
        else if (errors?.[0]) onRefused(new ApiError(errors[0]));
      },
      error: ([error]) => {
        onRefused(new ApiError(error ?? { message: 'The server refused the request and gave no reason.' }));
      },
      complete: () => undefined,
    },
  );
}
