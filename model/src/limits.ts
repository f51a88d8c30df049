/** Limits that all components share. Sizes are in bytes of UTF-8 unless noted otherwise. */
export const LIMITS = {
  /** A script: 512 KiB. */
  scriptBytes: 512 * 1024,
  /** Top-level statements of a script. */
  statementCount: 20_000,
  titleLength: 200,
  /** Why a user changed something, in characters. */
  reasonLength: 500,
  argumentCount: 256,
  argumentBytes: 4096,
  breakpointCount: 1000,
  /** Queued runs of one sequencer. */
  queueLength: 1000,
  /** Runs in one request, and the bytes of their scripts with all copies. */
  submitCount: 100,
  submitBytes: 64 * 1024 * 1024,
  /** Resources that one run uses. */
  resourceCount: 8,
  /** Time limit of a run: 30 days. */
  timeoutSeconds: 30 * 86_400,
  /** The path of a file, or an expression of a breakpoint, in characters. */
  breakpointTextLength: 4096,
  expressionBytes: 16 * 1024,
  answerLength: 16 * 1024,
  /** Variables in one page, and the depth of a path into a value. */
  variablePage: 500,
  variableDepth: 50,
  /** One message of a runner. */
  messageBytes: 4 * 1024 * 1024,
  /** One event. The runner truncates larger ones before it sends them. */
  eventBytes: 3 * 1024 * 1024,
  /** One output event's text. */
  outputEventBytes: 64 * 1024,
  /** A page of events in an answer ends with the event whose `data` reaches this, though fewer than `first` were found. */
  pageBytes: 4 * 1024 * 1024,
  /** Events in one `events` message. */
  eventsPerMessage: 2000,
} as const;

/** Names of resources that runs share, such as `laser`. */
export const RESOURCE_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Names of sequencers: valid in a host name and in Kubernetes. */
export const SEQUENCER_NAME = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/;
