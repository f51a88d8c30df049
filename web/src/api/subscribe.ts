/**
 * Subscriptions that outlive what a server goes through. The library connects again by itself, save after closings that
 * it takes for final, as that of a server in trouble; and a stream that broke off because of the database has ended.
 */
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { UNAUTHORIZED, retryWait, type Connection } from './connection.ts';

/** What is away may come back; everything else is an answer. */
const AWAY = 'DATABASE_AWAY';

interface Reader<T> {
  next: (result: FormattedExecutionResult<T, unknown>) => void;
  /** The server does not serve it; it is not tried again. */
  error: (errors: readonly GraphQLFormattedError[]) => void;
  complete: () => void;
}

/** Subscribes, and again after a wait for as long as only the server's state is in the way. */
export function subscribe<T>(connection: Connection, payload: SubscribePayload, reader: Reader<T>): () => void {
  let attempt = 0;
  let left = false;
  let leave: () => void;

  const begin = () => {
    let broken = false;
    const later = () => {
      broken = true;
      void connection.wait(retryWait(attempt++)).then(() => {
        if (!left) begin();
      });
    };
    leave = connection.socket.subscribe<T>(payload, {
      next: (result) => {
        if (!result.data && result.errors?.some(isAway)) {
          later();
          leave();
          return;
        }
        attempt = 0;
        reader.next(result);
      },
      error: (reason) => {
        if (broken) return;
        if (Array.isArray(reason)) {
          const errors = reason as readonly GraphQLFormattedError[];
          if (errors.some(isAway)) later();
          else reader.error(errors);
        } else if (!(reason instanceof CloseEvent) || reason.code !== UNAUTHORIZED) later();
      },
      complete: () => {
        if (!broken) reader.complete();
      },
    });
  };
  begin();
  return () => {
    left = true;
    leave();
  };
}

function isAway(error: GraphQLFormattedError): boolean {
  return error.extensions?.code === AWAY;
}
