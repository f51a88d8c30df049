/** The runs of a queue whose checks are shown: those that start next. */
export const MARKED_ROWS = 50;
