/**
 * Subscriptions that survive failures of the server. graphql-ws reconnects automatically, except after close codes that it
 * takes as fatal, such as 1011; and a subscription that ended with DATABASE_AWAY is complete for it.
 */
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { UNAUTHORIZED, retryWait, type Connection } from './connection.ts';

/** The API has lost its database, which is temporary. All other errors are final. */
const RETRYABLE = 'DATABASE_AWAY';

interface Reader<T> {
  next: (result: FormattedExecutionResult<T, unknown>) => void;
  /** The server refuses the subscription; it is not retried. */
  error: (errors: readonly GraphQLFormattedError[]) => void;
  complete: () => void;
}

/** Subscribes. After a temporary failure of the server, waits and subscribes again. */
export function subscribe<T>(connection: Connection, payload: SubscribePayload, reader: Reader<T>): () => void {
  let attempt = 0;
  let cancelled = false;
  let unsubscribe: () => void;

  const start = () => {
    let failed = false;
    const retryLater = () => {
      failed = true;
      void connection.wait(retryWait(attempt++)).then(() => {
        if (!cancelled) start();
      });
    };
    unsubscribe = connection.socket.subscribe<T>(payload, {
      next: (result) => {
        if (!result.data && result.errors?.some(isRetryable)) {
          retryLater();
          unsubscribe();
          return;
        }
        attempt = 0;
        reader.next(result);
      },
      error: (reason) => {
        if (failed) return;
        if (Array.isArray(reason)) {
          const errors = reason as readonly GraphQLFormattedError[];
          if (errors.some(isRetryable)) retryLater();
          else reader.error(errors);
        } else if (!(reason instanceof CloseEvent) || reason.code !== UNAUTHORIZED) retryLater();
      },
      complete: () => {
        if (!failed) reader.complete();
      },
    });
  };
  start();
  return () => {
    cancelled = true;
    unsubscribe();
  };
}

function isRetryable(error: GraphQLFormattedError): boolean {
  return error.extensions?.code === RETRYABLE;
}
