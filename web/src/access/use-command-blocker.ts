/** Why the user cannot send commands to a telescope now. */
import { computed, toValue, type ComputedRef, type MaybeRefOrGetter } from 'vue';
import { useSequencers } from '../api/sequencers.ts';
import { useSession, useReadOnlyReason } from '../api/session.ts';

/**
 * A sentence: the user may only watch, or another user has control. Null if neither. Stopping a run needs no control. The
 * control bar shows who has it.
 */
export function useCommandBlocker(sequencer: MaybeRefOrGetter<string>): ComputedRef<string | null> {
  const sequencers = useSequencers();
  const { person } = useSession();
  const readOnly = useReadOnlyReason(sequencer);
  return computed(() => {
    if (readOnly.value) return readOnly.value;
    const name = toValue(sequencer);
    const holder = sequencers.value?.find((s) => s.name === name)?.control?.holder ?? null;
    if (holder === null || holder === person.value?.name) return null;
    return `You do not have control of ${name}.`;
  });
}
