/** When a reconciler wants a key to be reconciled again, after controller-runtime's `reconcile.Result`. */
export interface ReconcileResult {
  /** In ms, at the latest; absent: when something changes. */
  requeueAfterMs?: number;
}

/** Nothing to do until something changes. */
export const DONE: ReconcileResult = {};

/** @param ms undefined for no requeue */
export function requeueAfter(ms: number | undefined): ReconcileResult {
  return ms === undefined ? DONE : { requeueAfterMs: ms };
}

/** The earliest of several delays in ms. */
export function earliestRequeue(...delays: (number | undefined)[]): ReconcileResult {
  const known = delays.filter((delay) => delay !== undefined);
  return requeueAfter(known.length === 0 ? undefined : Math.min(...known));
}
