/** The mode of a sequencer and its reason, from the Kubernetes object. Pure. */
import { holdCause, holdModeReason, storableText, type FinalPhase, type Mode } from '@sequencer/model';
import { activeHold, type Hold } from '@sequencer/model/kubernetes/hold';
import { SEQUENCER_USER, ineffectiveWriter, requestedMode } from '@sequencer/model/kubernetes/mode';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { phaseFromKubernetes } from '@sequencer/model/kubernetes/enums';

/** The active hold of the queue; null if there is none. */
export function holdOf({ spec, status }: Sequencer): Hold | null {
  return activeHold(status?.hold, spec) ?? null;
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
  const requested = requestedMode(sequencer);
  const { mode, at } = requested;
  const by = storableText(requested.by);
  const writer = ineffectiveWriter(sequencer, requested);
  // The pages append the time, which is that of the request.
  if (by === SEQUENCER_USER && requested.reason !== undefined) {
    const reason = holdModeReason(storableText(requested.reason));
    return {
      mode: 'OFF',
      modeReason: reason,
      modeChangedBy: by,
      modeChangedAt: at === undefined ? null : new Date(at),
    };
  }
  const set = `Set to ${mode} by ${by}`;
  const reason = requested.reason === undefined ? '.' : `: ${storableText(requested.reason)}`;
  const sentences = [by ? set + reason : `${mode} is the default.`];
  if (writer !== undefined) {
    sentences.unshift(`${sequencer.spec.mode} from ${storableText(writer) || 'spec.mode'} has no effect.`);
  }
  return {
    mode: mode.toUpperCase() as Mode,
    modeReason: sentences.join(' '),
    modeChangedBy: by || 'Kubernetes',
    modeChangedAt: at === undefined ? null : new Date(at),
  };
}
