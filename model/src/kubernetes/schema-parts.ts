/** Schemas that both custom resources share. `meta` adds OpenAPI fields and CEL rules that zod does not have. */
import { z } from 'zod';

export interface Rule {
  rule: string;
  message: string;
  /** The field that the error names; by default the one with the rule. */
  fieldPath?: string;
}

/** Validation rules in CEL, for the API server. */
export function rules(...list: Rule[]) {
  return { 'x-kubernetes-validations': list };
}

export const FIXED: Rule = {
  rule: 'self == oldSelf',
  message: 'cannot be changed: create another SequencerRun',
};

export const count = z.int().nonnegative();
export const time = z.string().meta({ format: 'date-time' });

export const conditionSchema = z.object({
  type: z.string().max(64),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().max(64),
  message: z.string().max(2048),
  lastTransitionTime: time,
  observedGeneration: count.optional(),
});
export type Condition = z.infer<typeof conditionSchema>;

export const conditionsSchema = z
  .array(conditionSchema)
  .max(16)
  .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });
