/** GraphQL for the components: queries, mutations and subscriptions by one client that keeps nothing. */
import {
  Client,
  CombinedError,
  fetchExchange,
  mapExchange,
  subscriptionExchange,
  type AnyVariables,
  type Exchange,
} from '@urql/vue';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
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
  // What is shown is what is true now: nothing is answered from memory.
  return new Client({ url, preferGetMethod: false, requestPolicy: 'network-only', exchanges });
}

/** For queries and mutations alone. */
export function makeHttpClient(url: string): Client {
  return client(url, [fetchExchange]);
}

/** @param onUnauthorized who uses it is not signed in, or no longer */
export function makeClient(url: string, connection: Connection, onUnauthorized: () => void): Client {
  return client(url, [
    mapExchange({
      onError: (error) => {
        if (new ApiError(error).code === 'UNAUTHENTICATED') onUnauthorized();
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

/** A refusal or a failure as a sentence, with the code that docs/errors.md explains. */
export class ApiError extends Error {
  readonly code: string;

  constructor(error: CombinedError) {
    const [first] = error.graphQLErrors;
    super(first?.message ?? 'The server cannot be reached. It is tried again by itself.');
    this.code = typeof first?.extensions.code === 'string' ? first.extensions.code : 'UNREACHABLE';
  }
}

export async function query<T, V extends AnyVariables>(
  client: Client,
  document: TypedDocumentNode<T, V>,
  variables: V,
): Promise<T> {
  const { data, error } = await client.query(document, variables).toPromise();
  if (error) throw new ApiError(error);
  if (data === undefined) throw new Error('an answer without data');
  return data;
}

export async function mutate<T, V extends AnyVariables>(
  client: Client,
  document: TypedDocumentNode<T, V>,
  variables: V,
): Promise<T> {
  const { data, error } = await client.mutation(document, variables).toPromise();
  if (error) throw new ApiError(error);
  if (data === undefined) throw new Error('an answer without data');
  return data;
}

/** The newest result of a subscription that sends whole states, for as long as the component lives. */
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
 * Follows a subscription whose variables may have moved on by the time of a reconnect: they are read again at each.
 *
 * @param onRefused the server does not serve it; it is not tried again
 */
export function follow<T, V extends AnyVariables>(
  connection: Connection,
  document: TypedDocumentNode<T, V>,
  variables: V,
  onData: (data: T) => void,
  onRefused: (message: string) => void,
): () => void {
  return subscribe<T>(
    connection,
    { query: print(document), variables: variables as Record<string, unknown> },
    {
      next: ({ data, errors }) => {
        if (data) onData(data);
        else if (errors?.[0]) onRefused(errors[0].message);
      },
      error: ([error]) => {
        onRefused(error?.message ?? 'The server does not serve this, and does not say why.');
      },
      complete: () => undefined,
    },
  );
}
