/** Schemas that the values of several components share. */
import { z } from 'zod';

const anything = z.looseObject({});
const quantities = z.record(z.string(), z.union([z.string(), z.int()]));

/** The name of a Kubernetes object, or an empty string. */
export const objectName = z
  .string()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$/);

export function image(repository: string, tag = '') {
  return z
    .strictObject({
      repository: z.string().min(1).default(repository).describe('Image name without the registry.'),
      tag: z
        .string()
        .default(tag)
        .describe(tag ? 'Image tag.' : 'Image tag. Default: `image.tag`.'),
      digest: z
        .string()
        .regex(/^(sha256:[0-9a-f]{64})?$/)
        .default('')
        .describe('Image digest, `sha256:...`. It replaces the tag.'),
    })
    .prefault({});
}

export function resources(cpu: string, memory: string, limit: string) {
  return z
    .strictObject({
      requests: quantities.default({ cpu, memory }).describe('Resource requests of each pod.'),
      limits: quantities.default({ memory: limit }).describe('Resource limits of each pod.'),
    })
    .prefault({});
}

const strings = z.record(z.string(), z.string()).default({});

export const extraEnv = z
  .array(z.looseObject({ name: z.string().min(1) }))
  .default([])
  .describe(
    'Additional environment variables with `value` or `valueFrom`, as in a pod spec. Settings: docs/configuration.md.',
  );

/** What a site can change in the pods of each component. */
export const podSettings = {
  env: extraEnv,
  envFrom: z
    .array(anything)
    .default([])
    .describe('ConfigMaps and Secrets whose keys become environment variables, as in a pod spec.'),
  extraVolumes: z.array(anything).default([]).describe('Additional volumes of the pods, as in a pod spec.'),
  extraVolumeMounts: z.array(anything).default([]).describe('Additional volume mounts, as in a pod spec.'),
  nodeSelector: z.record(z.string(), z.string()).default({}).describe('Node labels that the pods require.'),
  tolerations: z.array(anything).default([]).describe('Node taints that the pods tolerate.'),
  affinity: anything.default({}).describe('Affinity of the pods, as in a pod spec.'),
  priorityClassName: objectName.default('').describe('Priority class of the pods.'),
  topologySpreadConstraints: z
    .array(anything)
    .default([])
    .describe(
      'How the pods are spread, as in a pod spec. Default: over zones and nodes, as far as possible. Without `labelSelector`, the pods of this component.',
    ),
  hostAliases: z.array(anything).default([]).describe('Additional entries of /etc/hosts, as in a pod spec.'),
  dnsConfig: anything.default({}).describe('DNS settings of the pods, as in a pod spec.'),
  podAnnotations: strings.describe('Annotations of the pods.'),
  podLabels: strings.describe('Additional labels of the pods.'),
  deploymentAnnotations: strings.describe('Annotations of the Deployment, or of the StatefulSet.'),
};

export const serviceAccount = z
  .strictObject({ annotations: strings.describe('Annotations of the service account.') })
  .prefault({});

export const logLevel = z
  .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  .default('info')
  .describe('Log level.');

export { anything, strings };
