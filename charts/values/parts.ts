/** Pieces that the values of several parts are made of. */
import { z } from 'zod';

const anything = z.looseObject({});
const quantities = z.record(z.string(), z.union([z.string(), z.int()]));

/** The name of an object of Kubernetes, or empty. */
export const objectName = z
  .string()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$/);

export function image(repository: string, tag = '') {
  return z
    .strictObject({
      repository: z.string().min(1).default(repository).describe('The image, without the registry.'),
      tag: z
        .string()
        .default(tag)
        .describe(tag ? 'Its tag.' : 'Its tag; `image.tag` unless given.'),
      digest: z
        .string()
        .regex(/^(sha256:[0-9a-f]{64})?$/)
        .default('')
        .describe('Its digest, `sha256:...`; then the tag does not count.'),
    })
    .prefault({});
}

export function resources(cpu: string, memory: string, limit: string) {
  return z
    .strictObject({
      requests: quantities.default({ cpu, memory }).describe('What a pod is sure to have.'),
      limits: quantities.default({ memory: limit }).describe('What a pod may have at most.'),
    })
    .prefault({});
}

/** Where the pods of a part run, and what is added to them. */
export const placement = {
  nodeSelector: z.record(z.string(), z.string()).default({}).describe('Labels of the nodes that the pods may run on.'),
  tolerations: z.array(anything).default([]).describe('Taints of nodes that the pods put up with.'),
  affinity: anything.default({}).describe('Affinity of the pods, as in a pod.'),
  priorityClassName: objectName.default('').describe('Priority class of the pods.'),
  podAnnotations: z.record(z.string(), z.string()).default({}).describe('Annotations of the pods.'),
};

export const extraEnv = z
  .array(z.looseObject({ name: z.string().min(1) }))
  .default([])
  .describe('Further environment variables, as in a pod. docs/configuration.md lists the settings.');

export const logLevel = z
  .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  .default('info')
  .describe('How much is logged.');

export const annotations = z.record(z.string(), z.string()).default({});

export { anything };
