/** The telescopes, and what their runners are like. Most of it goes into the Sequencer objects as it is. */
import { SEQUENCER_NAME } from '@sequencer/model';
import { sequencerSchema } from '@sequencer/model/kubernetes/sequencer';
import { z } from 'zod';
import { anything, image, objectName, resources } from './parts.ts';

const spec = sequencerSchema.shape.spec.shape;
const given = spec.runner.unwrap().shape;

const likeEverywhere = {
  env: given.env.describe('Environment variables of scripts, each with a name and a value.'),
  nodeSelector: z.record(z.string(), z.string()).default({}).describe('Labels of the nodes that scripts may run on.'),
  tolerations: z.array(anything).default([]).describe('Taints of nodes that scripts put up with.'),
  affinity: anything.default({}).describe('Affinity, as in a pod.'),
  runtimeClassName: objectName.default('').describe('Runtime class, such as that of gVisor.'),
  serviceAccountName: objectName
    .default('')
    .describe("Another service account than the chart's. Its token is not given to the pod in any case."),
  priorityClassName: objectName.default('').describe('Priority class.'),
  egress: given.egress,
  storage: given.storage
    .unwrap()
    .default('10Gi')
    .describe(
      'What a pod may write to /work, /tmp and its log. Above it the node evicts the pod, which stops the script.',
    ),
  warm: given.warm
    .unwrap()
    .default(0)
    .describe('Pods of each telescope that wait with a runner which is up, so that a run begins at once.'),
};

/** How scripts run, on all telescopes. */
export const runner = z
  .strictObject({
    image: image('sequencer-runner'),
    resources: resources('100m', '256Mi', '2Gi'),
    ...likeEverywhere,
    disruptionBudget: z
      .boolean()
      .default(true)
      .describe('`kubectl drain` waits until the script on the node has ended, instead of stopping it.'),
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
    hostname: given.hostname,
    resources: z.strictObject({ requests: quantities, limits: quantities }).partial(),
    ...Object.fromEntries(Object.entries(likeEverywhere).map(([name, type]) => [name, type.unwrap()])),
  })
  .partial()
  .describe(
    'What is different from `runner` above, in the same fields; and `hostname`, which is `daq-NAME-sequencer` unless given.',
  );

const telescope = z.strictObject({
  mode: spec.mode
    .unwrap()
    .optional()
    .describe(
      'What starts the next run at first: `Off` or `Queue`. `Scheduler` is reserved; there is no scheduler yet, and it acts as `Queue`. What people set later stays when the chart is upgraded.',
    ),
  runner: own.optional(),
  ocs: z
    .strictObject({
      configMap: objectName.optional().describe('A ConfigMap of yours with `default.yaml` and `sorunlib.yaml`,'),
      files: z.record(z.string(), z.string()).optional().describe('or these files themselves, by name.'),
    })
    .optional(),
  stopGraceSeconds: spec.stopGraceSeconds
    .unwrap()
    .optional()
    .describe('For the clean-up of a script that is stopped; 300.'),
  recordGraceSeconds: spec.recordGraceSeconds
    .unwrap()
    .optional()
    .describe('How long the pod of an ended script waits for an API that is away; 3600.'),
  keepRuns: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe('How many ended SequencerRun objects are kept; 50. The database keeps everything.'),
  ttlSecondsAfterFinished: z.int().min(0).optional().describe('And for how long; 604800.'),
});

export const sequencers = z
  .record(z.string().regex(SEQUENCER_NAME), telescope)
  .default({})
  .describe('The telescopes, by name.');
