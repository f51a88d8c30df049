/** Limits that every part agrees on. Sizes are in bytes of UTF-8 unless said otherwise. */
export const LIMITS = {
  /** A script: 512 KiB. */
  scriptBytes: 512 * 1024,
  titleLength: 200,
  argumentCount: 256,
  argumentBytes: 4096,
  breakpointCount: 1000,
  /** Runs that wait on one sequencer. */
  queueLength: 1000,
  /** Of a file's path, or of what a breakpoint evaluates, in characters. */
  breakpointTextLength: 4096,
  expressionBytes: 16 * 1024,
  answerLength: 16 * 1024,
  /** Variables of one answer, and how deep a path into a value goes. */
  variablePage: 500,
  variableDepth: 50,
  /** One message of a runner. */
  messageBytes: 4 * 1024 * 1024,
  /** One event of a runner. It cuts what is larger before it sends it. */
  eventBytes: 3 * 1024 * 1024,
  /** One output event's text. */
  outputEventBytes: 64 * 1024,
  /** A page of events in an answer ends with the event whose `data` reaches this, though fewer than `first` were found. */
  pageBytes: 4 * 1024 * 1024,
  /** Events in one `events` message. */
  eventsPerMessage: 2000,
} as const;

/** Names of sequencers: as in a host name and in Kubernetes. */
export const SEQUENCER_NAME = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/;
