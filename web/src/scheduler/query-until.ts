/** A query that the user can cancel: the server then stops waiting for what it requested. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { AnyVariables, Client } from '@urql/vue';
import { ApiError } from '../api/client.ts';

/** Throws the reason of the signal, or an ApiError. */
export function queryUntil<T, V extends AnyVariables>(
  signal: AbortSignal,
  client: Client,
  document: TypedDocumentNode<T, V>,
  variables: V,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const subscription = client.query(document, variables).subscribe(({ data, error, stale }) => {
      if (error) reject(ApiError.of(error));
      else if (data !== undefined && !stale) resolve(data);
    });
    signal.addEventListener('abort', () => {
      subscription.unsubscribe();
      reject(signal.reason as Error);
    });
  });
}
