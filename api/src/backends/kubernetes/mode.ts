/** The mode of a sequencer and its reason, from the Kubernetes object. Pure. */
import { holdCause, holdModeReason, storableText, type FinalPhase, type Mode } from '@sequencer/model';
import { activeHold, type Hold } from '@sequencer/model/kubernetes/hold';
import { ANNOTATIONS } from '@sequencer/model/kubernetes/names';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { phaseFromKubernetes } from '@sequencer/model/kubernetes/enums';

/** The active hold of the queue; null if there is none. */
export function holdOf({ spec, status }: Sequencer): Hold | null {
  return activeHold(status?.hold, spec) ?? null;
}

/** Whether the annotation is about another mode: the mode was changed in the cluster since then. */
export function isOutdated({ metadata, spec }: Sequencer): boolean {
  const annotation = metadata.annotations?.[ANNOTATIONS.modeBy];
  return annotation !== undefined && !annotation.startsWith(`${spec.mode} `);
}

/** The value of the annotation: which user set which mode at the API, and when. */
export function modeBy(mode: Sequencer['spec']['mode'], by: string, at: Date): string {
  return `${mode} ${at.toISOString()} ${by}`;
}

export interface ModeState {
  mode: Mode;
  modeReason: string;
  modeChangedBy: string;
  /** Null when the object does not have it. */
  modeChangedAt: Date | null;
}

/** @param nameOf the number of a run, or its object's name if the number is not known */
export function modeOf(sequencer: Sequencer, nameOf: (run: string) => string): ModeState {
  const hold = holdOf(sequencer);
  if (hold) {
    return {
      mode: 'OFF',
      modeReason: holdModeReason(holdCause(nameOf(hold.run), phaseFromKubernetes(hold.outcome) as FinalPhase)),
      modeChangedBy: 'Sequencer',
      modeChangedAt: new Date(hold.since),
    };
  }
  const { mode } = sequencer.spec;
  const annotation = storableText(sequencer.metadata.annotations?.[ANNOTATIONS.modeBy] ?? '');
  const [of, at, by] = annotation.split(/ (\S+) (.*)/s);
  const known = of === mode && at !== undefined && by !== undefined && !Number.isNaN(Date.parse(at));
  return {
    mode: mode.toUpperCase() as Mode,
    modeReason: known ? `Set to ${mode} by ${by}.` : `Set to ${mode} in the cluster.`,
    modeChangedBy: known ? by : 'kubectl',
    modeChangedAt: known ? new Date(at) : null,
  };
}
