/** The result of a reconciliation, after controller-runtime's `reconcile.Result`. */
export interface ReconcileResult {
  /** The longest delay in ms until the next reconciliation. Absent: only after a change. */
  requeueAfterMs?: number;
}

/** No requeue. */
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
