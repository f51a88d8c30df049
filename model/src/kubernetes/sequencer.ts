/** The custom resource Sequencer: one telescope's seat, with the settings of its runner. */
import { z } from 'zod';
import { SEQUENCER_NAME } from '../limits.ts';
import type { KubernetesObject } from './metadata.ts';
import { conditionsSchema, count, rules, time } from './schema-parts.ts';
import { FINAL_PHASE_WORDS, MODE_WORDS } from './words.ts';

/** Handed to Kubernetes as it is, which checks it when the pod is made. */
const asInPod = { 'x-kubernetes-preserve-unknown-fields': true };
const anything = z.looseObject({}).meta(asInPod);
const quantities = z.record(z.string(), z.union([z.string(), z.int()])).meta(asInPod);

const egressSchema = z.object({
  cidr: z
    .string()
    .max(50)
    .describe('Addresses that the script may reach.')
    .meta(rules({ rule: 'isCIDR(self)', message: 'has to be a range of addresses such as 10.10.0.0/24' })),
  ports: z
    .array(z.int().min(1).max(65535))
    .min(1)
    .max(100)
    .optional()
    .describe('TCP ports; all ports and protocols if it is not given.'),
});

const runnerSchema = z.object({
  image: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .describe(
      "The image with sequencer_runner, sorunlib and what scripts import. The operator's RUNNER_IMAGE unless given.",
    ),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
  hostname: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
    .optional()
    .describe('What socket.gethostname() tells scripts; daq-NAME-sequencer unless given.'),
  resources: z.object({ requests: quantities.optional(), limits: quantities.optional() }).optional(),
  env: z
    .array(z.object({ name: z.string().min(1).max(256), value: z.string().max(32768) }))
    .max(200)
    .default([]),
  nodeSelector: z.record(z.string(), z.string()).optional(),
  tolerations: z.array(anything).max(50).optional(),
  affinity: anything.optional(),
  runtimeClassName: z.string().max(253).optional(),
  imagePullSecrets: z
    .array(z.object({ name: z.string().min(1).max(253) }))
    .max(20)
    .optional(),
  serviceAccountName: z.string().max(253).optional().describe('Its token is not given to the pod in any case.'),
  priorityClassName: z.string().max(253).optional(),
  storage: z
    .string()
    .max(20)
    .regex(/^[0-9]+(\.[0-9]+)?([KMGTP]i?)?$/)
    .optional()
    .describe(
      'What a pod may write to /work, /tmp and its log, such as 20Gi; 10Gi unless given. Above it the node evicts the pod, which stops the script.',
    ),
  warm: z
    .int()
    .min(0)
    .max(3)
    .optional()
    .describe(
      'Pods that wait with a runner which is up, so that a run begins at once; each is used once. 0 unless given.',
    ),
  egress: z.array(egressSchema).max(200).default([]).describe('What scripts may reach besides the API and DNS.'),
});

const specSchema = z.object({
  mode: z
    .enum(MODE_WORDS)
    .default('Off')
    .describe(
      'What starts the next run. Off: only runs with desiredState Running start. Queue: the next run in the queue starts. Scheduler is reserved; there is no scheduler yet, and it acts as Queue.',
    ),
  resumeAfter: z
    .string()
    .max(63)
    .optional()
    .describe('The word in status.hold.resume: the queue goes on after that bad end. A later one holds it again.'),
  holdOnFailure: z
    .boolean()
    .optional()
    .describe('Pause on failure, for runs that do not say it themselves. Also set on the page of the telescope.'),
  runner: runnerSchema
    .prefault({})
    .describe('How the pods of runs are made. All of it may be left out: then the image is that of the operator.'),
  ocs: z
    .object({ configMap: z.string().min(1).max(253).describe('default.yaml and sorunlib.yaml, mounted at /config.') })
    .optional(),
  stopGraceSeconds: z.int().min(1).max(3600).default(300).describe('For the clean-up of a script, before SIGKILL.'),
  recordGraceSeconds: z
    .int()
    .nonnegative()
    .max(7 * 86400)
    .default(3600)
    .describe('How long the pod of an ended script waits for an API that is away, so that the whole record arrives.'),
  history: z
    .object({
      keepRuns: count.max(10_000).default(50).describe('Ended SequencerRun objects that are kept.'),
      ttlSecondsAfterFinished: count.default(604_800).describe('And for how long.'),
    })
    .prefault({})
    .describe('Of the objects; the database keeps everything.'),
});

/** Of a generation: a change of the spec is a new wish. */
const heldRun = z.object({ uid: z.string().max(64), generation: count });

const statusSchema = z.object({
  activeRun: z
    .object({ name: z.string().max(253), uid: z.string().max(64) })
    .optional()
    .describe('The one run that holds the sequencer.'),
  hold: z
    .object({
      run: z.string().max(253),
      uid: z.string().max(64).optional(),
      resume: z
        .string()
        .max(253)
        .optional()
        .describe(
          'What spec.resumeAfter has to say: the name of the run, or its uid when the name is there since an earlier one.',
        ),
      outcome: z.enum(FINAL_PHASE_WORDS),
      since: time,
      runs: z
        .array(heldRun)
        .max(2000)
        .describe(
          'Runs that were to start by themselves, and wait like the others from then on, until their spec changes.',
        ),
    })
    .optional()
    .describe('After a bad end nothing starts by itself, until spec.resumeAfter says what resume says.'),
  waits: z
    .array(heldRun)
    .max(2000)
    .optional()
    .describe('What is left of the runs of a hold that is over: they wait like the others, until their spec changes.'),
  mode: z.enum(MODE_WORDS).optional().describe('The mode that is in force: Off while the queue is held.'),
  reason: z.string().max(2048).optional().describe('Why, when it is not the mode of the spec; what to do.'),
  queueLength: count.optional(),
  observedGeneration: count.optional(),
  conditions: conditionsSchema.optional(),
});

export const sequencerSchema = z.object({ spec: specSchema, status: statusSchema.optional() }).meta(
  rules({
    rule: `self.metadata.name.matches('${SEQUENCER_NAME.source}')`,
    message: 'metadata.name: use small letters, digits and hyphens, at most 30, beginning with a letter',
  }),
);

export type SequencerSpec = z.infer<typeof specSchema>;
export type SequencerStatus = z.infer<typeof statusSchema>;
export type Sequencer = KubernetesObject & { spec: SequencerSpec; status?: SequencerStatus };

/** Whether a run pauses on failure. */
export function holdsOnFailure(
  run: { holdOnFailure?: boolean | undefined },
  sequencer: Sequencer | undefined,
): boolean {
  return run.holdOnFailure ?? sequencer?.spec.holdOnFailure ?? false;
}

/** The host name that scripts on the sequencer see. */
export function hostnameOf({ metadata, spec }: Sequencer): string {
  return spec.runner.hostname ?? `daq-${metadata.name}-sequencer`;
}
