/** The telescopes and their runners. Most values are copied into the Sequencer objects. */
import { SEQUENCER_NAME } from '@sequencer/model';
import { sequencerSchema } from '@sequencer/model/kubernetes/sequencer';
import { z } from 'zod';
import { anything, image, objectName, resources } from './parts.ts';
import { telescopeScheduler } from './scheduler.ts';

const spec = sequencerSchema.shape.spec.shape;
const runnerSpec = spec.runner.unwrap().shape;

const shared = {
  env: runnerSpec.env.describe('Environment variables of scripts, each with `name` and `value` or `valueFrom`.'),
  envFrom: runnerSpec.envFrom
    .unwrap()
    .default([])
    .describe('ConfigMaps and Secrets whose keys become environment variables of scripts, as in a pod spec.'),
  volumes: runnerSpec.volumes
    .unwrap()
    .default([])
    .describe(
      'Additional volumes of the pods, as in a pod spec: `configMap`, `secret`, `persistentVolumeClaim`, `emptyDir`, `ephemeral`, `csi` or `downwardAPI`.',
    ),
  volumeMounts: runnerSpec.volumeMounts
    .unwrap()
    .default([])
    .describe('Where scripts find these volumes: `name`, `mountPath`, `subPath` and `readOnly`.'),
  securityContext: runnerSpec.securityContext
    .unwrap()
    .default({ runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 })
    .describe(
      'Users and groups of scripts. A null removes one; without all three, the cluster assigns them, as on OpenShift. The other restrictions cannot be changed.',
    ),
  podLabels: runnerSpec.podLabels.unwrap().default({}).describe('Additional labels of the pods.'),
  podAnnotations: runnerSpec.podAnnotations.unwrap().default({}).describe('Additional annotations of the pods.'),
  nodeSelector: z.record(z.string(), z.string()).default({}).describe('Node labels that the pods of scripts require.'),
  tolerations: z.array(anything).default([]).describe('Node taints that the pods of scripts tolerate.'),
  affinity: anything.default({}).describe('Affinity, as in a pod spec.'),
  runtimeClassName: objectName.default('').describe('Runtime class, for example `gvisor`.'),
  serviceAccountName: objectName
    .default('')
    .describe("Service account of the pods. Default: the chart's own. Its token is never mounted."),
  priorityClassName: objectName.default('').describe('Priority class.'),
  egress: runnerSpec.egress,
  storage: runnerSpec.storage
    .unwrap()
    .default('10Gi')
    .describe(
      'Limit for what a pod writes to /work, /tmp and its log. Above it the node evicts the pod, which stops the script.',
    ),
  warm: runnerSpec.warm
    .unwrap()
    .default(0)
    .describe('Number of warm pods of each telescope: their runner is up, so that a run starts immediately.'),
};

/** Settings of the runners of all telescopes. */
export const runner = z
  .strictObject({
    image: image('sequencer-runner'),
    resources: resources('100m', '256Mi', '2Gi'),
    ...shared,
    disruptionBudget: z
      .boolean()
      .default(true)
      .describe('`kubectl drain` waits for scripts to end, and does not stop them.'),
  })
  .prefault({});

const quantities = z.record(z.string(), z.union([z.string(), z.int()]));

const own = z
  .strictObject({
    image: z.strictObject({
      repository: z.string().min(1).optional(),
      tag: z.string().optional(),
      digest: z
        .string()
        .regex(/^(sha256:[0-9a-f]{64})?$/)
        .optional(),
    }),
    hostname: runnerSpec.hostname,
    resources: z.strictObject({ requests: quantities, limits: quantities }).partial(),
    ...Object.fromEntries(Object.entries(shared).map(([name, type]) => [name, type.unwrap()])),
  })
  .partial()
  .describe(
    'Overrides `runner` for this telescope, with the same fields. Also `hostname`; default: `daq-NAME-sequencer`.',
  );

const telescope = z.strictObject({
  mode: spec.mode
    .unwrap()
    .optional()
    .describe('Initial mode: `Off`, `Queue` or `Scheduler`. An upgrade keeps a mode that was set later.'),
  runner: own.optional(),
  scheduler: telescopeScheduler.optional(),
  ocs: z
    .strictObject({
      configMap: objectName.optional().describe('Existing ConfigMap with `default.yaml` and `sorunlib.yaml`.'),
      files: z
        .record(z.string(), z.string())
        .optional()
        .describe('Contents of these files by file name, in place of `configMap`.'),
    })
    .optional(),
  stopGraceSeconds: spec.stopGraceSeconds
    .unwrap()
    .optional()
    .describe('Time for the clean-up of a stopped script, before SIGKILL. Default: 300.'),
  recordGraceSeconds: spec.recordGraceSeconds
    .unwrap()
    .optional()
    .describe('How long the pod of an ended script waits for an unreachable API. Default: 3600.'),
  keepRuns: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe('Number of ended SequencerRun objects to keep. Default: 50. The database keeps the history.'),
  keepPods: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe('Number of ended runs that keep their pod, for `kubectl logs`. Default: 10.'),
  ttlSecondsAfterFinished: z
    .int()
    .min(0)
    .optional()
    .describe('How long to keep an ended SequencerRun object. Default: 604800.'),
});

export const sequencers = z
  .record(z.string().regex(SEQUENCER_NAME), telescope)
  .default({})
  .describe('The telescopes by name.');
