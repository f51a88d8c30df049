/** The names that the custom resources, the operator and the API agree on. People meet them in kubectl. */
export const GROUP = 'sequencer.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

export const LABELS = {
  sequencer: `${GROUP}/sequencer`,
  run: `${GROUP}/run`,
} as const;

export const ANNOTATIONS = {
  /** On a run: who submitted it, as the API knows the person. */
  submittedBy: `${GROUP}/submitted-by`,
  /** On a run of the API: when it was submitted, to the millisecond. The API server's own time has only seconds. */
  submittedAt: `${GROUP}/submitted-at`,
  /** On a run of the API: the id with which the client marks a repeated request. */
  requestId: `${GROUP}/request-id`,
  /** On a waiting run: a number that takes the place of `status.place`. A fraction puts it between two others. */
  place: `${GROUP}/place`,
  /** On a waiting run: its breakpoints, as JSON. */
  breakpoints: `${GROUP}/breakpoints`,
  /** On a sequencer: the mode that somebody has set at the API, when, and who: `Queue 2026-11-24T20:00:00.000Z alice`. */
  modeBy: `${GROUP}/mode-set-by`,
  /** On a waiting pod: what it was made from. Another value in its place would be made from something else. */
  template: `${GROUP}/template`,
  /** On a pod that waited: since when it has its run. */
  given: `${GROUP}/given`,
  /** On a pod that waited: how often its node was told to look for what it was given. */
  looks: `${GROUP}/looks`,
} as const;

/** On a run: it is there until its script has been stopped. On a pod: until its outcome is recorded in the run. */
export const FINALIZER = `${GROUP}/outcome`;
