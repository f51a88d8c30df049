/** Limits for runners, shared by both backends. */

/** How long to wait for an evaluation. The runner replies STILL_EVALUATING before that. */
export const EVALUATED_WITHIN_MS = 30_000;
/** Characters of uncommitted events above which the API stops reading from a runner, until half of them are committed. */
export const HIGH_WATER = 8 * 1024 * 1024;
