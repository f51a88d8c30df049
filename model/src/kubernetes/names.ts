/** Labels, annotations and other names that the operator and the API share. */
export const GROUP = 'sequencer.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

export const LABELS = {
  sequencer: `${GROUP}/sequencer`,
  run: `${GROUP}/run`,
} as const;

export const ANNOTATIONS = {
  /** On a run: the user who submitted it. */
  submittedBy: `${GROUP}/submitted-by`,
  /** On a run from the API: when it was submitted, in ms. `creationTimestamp` has only whole seconds. */
  submittedAt: `${GROUP}/submitted-at`,
  /** On a run from the API: the idempotency key of the client's request. */
  requestId: `${GROUP}/request-id`,
  /** On a queued run: a number that overrides `status.place`. A fraction moves the run between two others. */
  place: `${GROUP}/place`,
  /** On a queued run: its breakpoints, as JSON. */
  breakpoints: `${GROUP}/breakpoints`,
  /** On a run from the API that no person submitted: its origin, as in the API. */
  origin: `${GROUP}/origin`,
  /** On a run that the API put on hold: who and why, as JSON. */
  onHold: `${GROUP}/on-hold`,
  /** On a run of a proposer: it is a proposal while its `desiredState` is Held. */
  proposed: `${GROUP}/proposed`,
  /** On a run that was a proposal: who accepted it and when, as JSON. */
  acceptedBy: `${GROUP}/accepted-by`,
  /** On a run that the API edited: who and when, as JSON. */
  editedBy: `${GROUP}/edited-by`,
  /** On a sequencer: the mode that was last set through the API, as the JSON of `status.requestedMode`. */
  modeBy: `${GROUP}/mode-set-by`,
  /** On a sequencer: what users of the pages set about the scheduler, and the values that it replaced, as JSON. */
  schedulerSet: `${GROUP}/scheduler-set`,
  /** On a sequencer: the id of the pull in progress that a user of the pages cancelled. */
  cancelPull: `${GROUP}/cancel-pull`,
  /** On a warm pod: the digest of its template. A pod with another digest is outdated. */
  template: `${GROUP}/template`,
  /** On a warm pod: when its run was assigned. */
  assignedAt: `${GROUP}/assigned-at`,
  /** On a warm pod: how often it was changed to make the kubelet sync it. */
  kubeletNudges: `${GROUP}/kubelet-nudges`,
} as const;

/** On a run: kept until its script has been stopped. On a pod: kept until its outcome is recorded in the run. */
export const FINALIZER = `${GROUP}/outcome`;
/** On a sequencer: kept while a run has it. */
export const ACTIVE_RUN_FINALIZER = `${GROUP}/active-run`;
