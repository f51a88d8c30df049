/** The custom resource Sequencer: the queue of one telescope, and the settings of its runners. */
import { z } from 'zod';
import { LIMITS, SEQUENCER_NAME } from '../limits.ts';
import type { KubernetesObject } from './metadata.ts';
import { conditionsSchema, count, rules, time } from './schema-parts.ts';
import { schedulerSpecSchema, schedulerStatusSchema } from './scheduler-schema.ts';
import { AFTER_FAILURES, FINAL_KUBERNETES_PHASES, KUBERNETES_MODES, type KubernetesAfterFailure } from './enums.ts';
import {
  anything,
  asInPod,
  envFromSchema,
  envSchema,
  MOUNTS_HAVE_VOLUMES,
  securityContextSchema,
  volumeMountSchema,
  volumeSchema,
} from './runner-pod.ts';

/** Characters of a user of the pages, or a field manager. */
export const LONGEST_WRITER = 512;

const quantities = z.record(z.string(), z.union([z.string(), z.int()])).meta(asInPod);

const egressSchema = z.object({
  cidr: z
    .string()
    .max(50)
    .describe('Addresses that scripts can reach.')
    .meta(rules({ rule: 'isCIDR(self)', message: 'must be an address range such as 10.10.0.0/24' })),
  ports: z
    .array(z.int().min(1).max(65535))
    .min(1)
    .max(100)
    .optional()
    .describe('TCP ports. Default: all ports and protocols.'),
});

const runnerSchema = z.object({
  image: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .describe(
      "Image with sequencer_runner, sorunlib and the packages that scripts import. Default: the operator's RUNNER_IMAGE.",
    ),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional().describe('As in a pod.'),
  hostname: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
    .optional()
    .describe('Host name of the pods, as socket.gethostname() returns it. Default: daq-NAME-sequencer.'),
  resources: z
    .object({
      requests: quantities.optional().describe('As in a container.'),
      limits: quantities.optional().describe('As in a container.'),
    })
    .optional()
    .describe('CPU and memory of the runner container, as in a pod.'),
  env: z.array(envSchema).max(200).default([]).describe('Environment variables of the script.'),
  envFrom: z
    .array(envFromSchema)
    .max(50)
    .optional()
    .describe('ConfigMaps and Secrets whose keys become environment variables, as in a pod.'),
  volumes: z.array(volumeSchema).max(50).optional().describe('Additional volumes, as in a pod.'),
  volumeMounts: z.array(volumeMountSchema).max(50).optional().describe('Where scripts find these volumes.'),
  securityContext: securityContextSchema.optional(),
  podLabels: z
    .record(z.string(), z.string().max(63))
    .optional()
    .describe('Additional labels of the pods. Those of the operator take precedence.'),
  podAnnotations: z.record(z.string(), z.string()).optional().describe('Additional annotations of the pods.'),
  nodeSelector: z.record(z.string(), z.string()).optional().describe('Labels of the nodes that the pods may run on.'),
  tolerations: z.array(anything).max(50).optional().describe('As in a pod.'),
  affinity: anything.optional().describe('As in a pod.'),
  runtimeClassName: z.string().max(253).optional().describe('As in a pod, such as gvisor.'),
  imagePullSecrets: z
    .array(z.object({ name: z.string().min(1).max(253) }))
    .max(20)
    .optional()
    .describe('Secrets with the credentials of image registries, as in a pod.'),
  serviceAccountName: z
    .string()
    .max(253)
    .optional()
    .describe('Service account of the pods. Its token is never mounted.'),
  priorityClassName: z.string().max(253).optional().describe('As in a pod.'),
  storage: z
    .string()
    .max(20)
    .regex(/^[0-9]+(\.[0-9]+)?([KMGTP]i?)?$/)
    .optional()
    .describe(
      'Limit for what a pod writes to /work, /tmp and its log, such as 20Gi. Default: 10Gi. Above the limit, the node evicts the pod, which stops the script.',
    ),
  warm: z
    .int()
    .min(0)
    .max(3)
    .optional()
    .describe(
      'Number of warm pods: pods whose runner is up, so that a run starts immediately. Each is used for one run. Default: 0.',
    ),
  egress: z
    .array(egressSchema)
    .max(200)
    .default([])
    .describe('Network destinations that scripts can reach, besides the API and DNS.'),
});

const specSchema = z.object({
  mode: z
    .enum(KUBERNETES_MODES)
    .default('Off')
    .describe(
      'How the next run is chosen. Off: only runs with desiredState Running start. Queue: the next run in the queue starts. Scheduler: as Queue; when nothing is queued, the operator pulls the next schedule from the scheduler. A tool that writes the same mode again does not change what a person has set; status.mode is the effective mode.',
    ),
  resumeAfter: z
    .string()
    .max(63)
    .optional()
    .describe('Releases the hold whose status.hold.resume has this value. A later failure holds the queue again.'),
  holdOnFailure: z
    .boolean()
    .optional()
    .describe('Pause on failure, for runs without their own holdOnFailure. The page of the telescope sets it, too.'),
  scheduler: schedulerSpecSchema
    .optional()
    .describe('How schedules are pulled. The page of the telescope sets it, too.'),
  afterFailure: z
    .enum(AFTER_FAILURES)
    .optional()
    .describe(
      'What follows the failure of runs without their own afterFailure. The page of the telescope sets it, too.',
    ),
  runner: runnerSchema
    .meta(rules(MOUNTS_HAVE_VOLUMES))
    .prefault({})
    .describe('Settings of the pods of runs. All are optional; the default image is that of the operator.'),
  ocs: z
    .object({
      configMap: z
        .string()
        .min(1)
        .max(253)
        .describe('ConfigMap with default.yaml and sorunlib.yaml, mounted at /config.'),
    })
    .optional()
    .describe('OCS configuration of the scripts.'),
  stopGraceSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(300)
    .describe('Time for the clean-up of a stopped script, before SIGKILL.'),
  recordGraceSeconds: z
    .int()
    .nonnegative()
    .max(7 * 86400)
    .default(300)
    .describe(
      'How long the queue waits after the end of a script for an unreachable API to store the record. Then the next run can start; the pod of the ended script keeps the record for a day. With 0, neither waits.',
    ),
  history: z
    .object({
      keepRuns: count.max(10_000).default(50).describe('Number of ended SequencerRun objects to keep.'),
      keepPods: count
        .max(10_000)
        .optional()
        .describe(
          'Number of ended SequencerRun objects that keep their pod, for kubectl logs. Default: 10. The database keeps the output.',
        ),
      ttlSecondsAfterFinished: count.default(604_800).describe('How long to keep an ended SequencerRun object.'),
    })
    .prefault({})
    .describe('When ended SequencerRun objects are deleted. The database keeps the history.'),
});

/** The last request for a mode that counts. `mode.ts` has the rule. */
export const requestedModeSchema = z.object({
  mode: z.enum(KUBERNETES_MODES),
  by: z
    .string()
    .max(LONGEST_WRITER)
    .describe('User of the pages, kubectl, or the field manager of a tool. Empty for the default.'),
  at: time.optional(),
  reason: z.string().max(LIMITS.reasonLength).optional().describe('As the user of the pages stated it.'),
  writers: z
    .array(z.object({ name: z.string().max(LONGEST_WRITER), mode: z.enum(KUBERNETES_MODES) }))
    .max(16)
    .describe('The mode that each tool wrote last. Writing it again has no effect.'),
  annotation: time.optional().describe('The time in the last annotation mode-set-by that was read.'),
});
export type RequestedMode = z.infer<typeof requestedModeSchema>;

/** Held only in this generation: a change of desiredState is a new request to run. */
const heldRun = z.object({ uid: z.string().max(64), generation: count });

const statusSchema = z.object({
  activeRun: z
    .object({
      name: z.string().max(253),
      uid: z.string().max(64),
      resources: z
        .array(z.string().max(63))
        .max(LIMITS.resourceCount)
        .optional()
        .describe('The resources that it uses, from its spec.'),
    })
    .optional()
    .describe('The active run: the only one that can use the sequencer.'),
  hold: z
    .object({
      run: z.string().max(253),
      uid: z.string().max(64).optional(),
      resume: z
        .string()
        .max(253)
        .optional()
        .describe(
          'Value for spec.resumeAfter that releases the hold: the name of the run, or its uid if spec.resumeAfter has that name from an earlier run.',
        ),
      outcome: z.enum(FINAL_KUBERNETES_PHASES),
      since: time,
      runs: z
        .array(heldRun)
        .max(2000)
        .describe('Runs with desiredState Running when the queue was held. They stay queued until their spec changes.'),
    })
    .optional()
    .describe('Set after a failed run: no run starts automatically until spec.resumeAfter has the value of resume.'),
  waits: z
    .array(heldRun)
    .max(2000)
    .optional()
    .describe(
      'Runs of released holds that are still queued as held: they wait for their turn until their spec changes.',
    ),
  mode: z
    .enum(KUBERNETES_MODES)
    .optional()
    .describe('Effective mode: that of requestedMode, or Off while the queue is held.'),
  requestedMode: requestedModeSchema
    .optional()
    .describe(
      'The last request that counts. What a person sets counts, until a tool writes another mode to spec.mode than it wrote before.',
    ),
  reason: z
    .string()
    .max(2048)
    .optional()
    .describe('Why the mode differs from spec.mode, or was set to Off automatically, and what to do.'),
  scheduler: schedulerStatusSchema.optional().describe('Pulls of the mode Scheduler.'),
  queueLength: count.optional().describe('Number of runs that wait.'),
  observedGeneration: count.optional().describe('The generation of the object that this status describes.'),
  conditions: conditionsSchema
    .describe('Ready: whether runs can start. Held: whether the queue waits for a person after a failed run.')
    .optional(),
});

export const sequencerSchema = z
  .object({
    spec: specSchema.describe('Settings of the queue and of the pods.'),
    status: statusSchema.optional().describe('What the operator observed.'),
  })
  .describe('The queue of one telescope, and the settings of its runners.')
  .meta(
    rules({
      rule: `self.metadata.name.matches('${SEQUENCER_NAME.source}')`,
      message: 'metadata.name: use at most 30 lowercase letters, digits and hyphens, beginning with a letter',
    }),
  );

export type SequencerSpec = z.infer<typeof specSchema>;
export type SequencerStatus = z.infer<typeof statusSchema>;
export type Sequencer = KubernetesObject & { spec: SequencerSpec; status?: SequencerStatus };

/** The effective pause-on-failure setting of a run. */
export function holdsOnFailure(
  run: { holdOnFailure?: boolean | undefined },
  sequencer: Sequencer | undefined,
): boolean {
  return run.holdOnFailure ?? sequencer?.spec.holdOnFailure ?? false;
}

/** What follows when the script of a run fails. */
export function afterFailureOf(
  run: { afterFailure?: KubernetesAfterFailure | undefined },
  sequencer: Sequencer | undefined,
): KubernetesAfterFailure {
  return run.afterFailure ?? sequencer?.spec.afterFailure ?? 'HoldQueue';
}

/** The host name that scripts on the sequencer see. */
export function hostnameOf({ metadata, spec }: Sequencer): string {
  return spec.runner.hostname ?? `daq-${metadata.name}-sequencer`;
}
