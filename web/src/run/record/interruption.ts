/** Exceptions that only ask code to stop: they are the effect of a stop, not a failure. As in `interruptions.py`. */
const INTERRUPTIONS = new Set(['KeyboardInterrupt', 'CancelledError', 'Cancelled', 'GeneratorExit']);

/** @param exception the class, perhaps with its module: `asyncio.exceptions.CancelledError` */
export function isInterruption(exception: string): boolean {
  return INTERRUPTIONS.has(exception.split('.').at(-1) ?? '');
}
