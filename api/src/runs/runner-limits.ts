/** What runners are allowed, wherever scripts run. */

/** The runner itself says when an evaluation takes longer. */
export const EVALUATED_WITHIN_MS = 30_000;
/** Above this much that waits for its commit, a runner is not read any more, until half of it is done. */
export const HIGH_WATER = 8 * 1024 * 1024;
