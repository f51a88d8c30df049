/** Converts between API enum values (`QUEUED`) and Kubernetes ones (`Queued`). */
import { FINAL_PHASES, OUTCOMES, PHASES, isFinal, type FinalPhase, type Outcome, type Phase } from '../phases.ts';
import { MODES, type Mode } from '../queue.ts';

type KubernetesValue<T extends string> = Capitalize<Lowercase<T>>;

function toKubernetes<T extends string>(value: T): KubernetesValue<T> {
  return (value.slice(0, 1) + value.slice(1).toLowerCase()) as KubernetesValue<T>;
}

function allToKubernetes<T extends string>(values: readonly T[]): [KubernetesValue<T>, ...KubernetesValue<T>[]] {
  const [first, ...rest] = values.map(toKubernetes);
  if (first === undefined) throw new Error('the enum has no values');
  return [first, ...rest];
}

export const KUBERNETES_PHASES = allToKubernetes<Phase>(PHASES);
export const FINAL_KUBERNETES_PHASES = allToKubernetes<FinalPhase>(FINAL_PHASES);
export const KUBERNETES_OUTCOMES = allToKubernetes<Outcome>(OUTCOMES);
export const KUBERNETES_MODES = allToKubernetes<Mode>(MODES);

export type KubernetesPhase = KubernetesValue<Phase>;
export type FinalKubernetesPhase = KubernetesValue<FinalPhase>;
export type KubernetesOutcome = KubernetesValue<Outcome>;
export type KubernetesMode = KubernetesValue<Mode>;

export function phaseFromKubernetes(value: KubernetesPhase): Phase {
  return value.toUpperCase() as Phase;
}

export function modeToKubernetes(value: Mode): KubernetesMode {
  return toKubernetes(value);
}

export function isFinalKubernetesPhase(value: KubernetesPhase | undefined): value is FinalKubernetesPhase {
  return value !== undefined && isFinal(phaseFromKubernetes(value));
}

export const AFTER_FAILURES = ['HoldQueue', 'Continue'] as const;
export type KubernetesAfterFailure = (typeof AFTER_FAILURES)[number];
