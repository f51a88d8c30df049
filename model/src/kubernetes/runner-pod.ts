/**
 * What a Sequencer can add to the pods of its scripts. Only volumes and security settings that the Pod Security Standard
 * `restricted` allows are part of the schema.
 */
import { z } from 'zod';
import { rules } from './schema-parts.ts';

/** Copied into the pod. Kubernetes validates it when the pod is created. */
export const asInPod = { 'x-kubernetes-preserve-unknown-fields': true };
export const anything = z.looseObject({}).meta(asInPod);

const name = z.string().min(1).max(253);
const id = z.int().min(0).max(2_147_483_647);
const optional = z.boolean().optional();
const fromKey = z.object({ name, key: name, optional });

export const envSchema = z
  .object({
    name: z.string().min(1).max(256),
    value: z.string().max(32768).optional(),
    valueFrom: z
      .object({
        secretKeyRef: fromKey.optional(),
        configMapKeyRef: fromKey.optional(),
        fieldRef: z.object({ fieldPath: z.string().max(253) }).optional(),
      })
      .optional()
      .describe('A key of a Secret or of a ConfigMap, or a field of the pod.'),
  })
  .meta(
    rules({
      rule: 'has(self.value) != has(self.valueFrom)',
      message: 'set either value or valueFrom',
    }),
  );

export const envFromSchema = z.object({
  prefix: z.string().max(253).optional(),
  configMapRef: z.object({ name, optional }).optional(),
  secretRef: z.object({ name, optional }).optional(),
});

const KINDS = ['configMap', 'secret', 'persistentVolumeClaim', 'emptyDir', 'ephemeral', 'csi', 'downwardAPI'] as const;
const kinds = KINDS.map((kind) => `has(self.${kind})`).join(', ');

export const volumeSchema = z
  .object({
    name: z
      .string()
      .max(63)
      .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/),
    configMap: anything.optional(),
    secret: anything.optional(),
    persistentVolumeClaim: anything.optional(),
    emptyDir: anything.optional(),
    ephemeral: anything.optional(),
    csi: anything.optional(),
    downwardAPI: anything.optional(),
  })
  .meta(
    rules(
      {
        rule: `[${kinds}].filter(kind, kind).size() == 1`,
        message: `set exactly one of ${KINDS.join(', ')}`,
      },
      {
        rule: "!(self.name in ['run', 'work', 'tmp', 'ocs'])",
        message: 'run, work, tmp and ocs are volumes of the operator: choose another name',
      },
    ),
  );

export const volumeMountSchema = z.object({
  name: z.string().min(1).max(63),
  mountPath: z
    .string()
    .max(1024)
    .regex(/^(\/[^/:]+)+$/)
    .meta(
      rules({
        rule: "!(self in ['/run', '/run/sequencer', '/work', '/tmp', '/config'])",
        message: 'the operator mounts its own volumes there: choose another path',
      }),
    ),
  subPath: z.string().max(1024).optional(),
  readOnly: z.boolean().optional(),
});

export const securityContextSchema = z
  .object({
    runAsUser: id.min(1).optional(),
    runAsGroup: id.optional(),
    fsGroup: id.optional(),
    supplementalGroups: z.array(id).max(32).optional(),
    fsGroupChangePolicy: z.enum(['OnRootMismatch', 'Always']).optional(),
  })
  .describe(
    'Users and groups of the pods, in place of 1000. Empty: the cluster assigns them, as on OpenShift. The other restrictions of the pods cannot be changed.',
  );

/** A mount without its volume would be found only when the pod is created. */
export const MOUNTS_HAVE_VOLUMES = {
  rule: '!has(self.volumeMounts) || self.volumeMounts.all(mount, has(self.volumes) && self.volumes.exists(volume, volume.name == mount.name))',
  message: 'volumeMounts: each name must be that of one of the volumes',
};
