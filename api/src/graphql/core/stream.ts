/** An async generator that ends immediately when its reader stops, even while it waits. */
export function stream<T>(body: (stopped: AbortSignal) => AsyncGenerator<T, void>): AsyncIterableIterator<T> {
  const controller = new AbortController();
  const inner = body(controller.signal);
  return {
    next: () => inner.next(),
    return: async () => {
      controller.abort();
      await inner.return();
      return { value: undefined, done: true };
    },
    throw: (error: unknown) => {
      controller.abort();
      return inner.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
