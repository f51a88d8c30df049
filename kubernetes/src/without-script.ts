/** A light copy of a run, for a cache: a script may have 512 KiB, and there may be ten thousand ended runs. */
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

/** The run with an empty script and without its managed fields. */
export function withoutScript(run: SequencerRun): SequencerRun {
  const { script, ...spec } = run.spec;
  const { managedFields: _, ...metadata } = run.metadata as SequencerRun['metadata'] & { managedFields?: unknown };
  return { ...run, metadata, spec: script === undefined ? spec : { ...spec, script: '' } };
}
