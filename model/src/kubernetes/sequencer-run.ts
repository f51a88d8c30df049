/** The custom resource SequencerRun: one execution of one script on one sequencer. */
import { z } from 'zod';
import { LIMITS, RESOURCE_NAME, SEQUENCER_NAME } from '../limits.ts';
import type { KubernetesObject } from './metadata.ts';
import { FIXED, conditionsSchema, count, rules, time } from './schema-parts.ts';
import { AFTER_FAILURES, FINAL_KUBERNETES_PHASES, KUBERNETES_OUTCOMES, KUBERNETES_PHASES } from './enums.ts';

export const DESIRED_STATES = ['Queued', 'Held', 'Running', 'Paused', 'Cancelled'] as const;

/**
 * Control and format characters in the syntax of RE2, which has fewer classes than `hasUnseenCharacters`. U+200D and U+FE0F
 * are allowed, because emoji contain them.
 */
const INVISIBLE_IN_RE2 = String.raw`[\p{Cc}\p{Zl}\p{Zp}\x{AD}\x{61C}\x{180B}-\x{180E}\x{200B}\x{200C}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{E0000}-\x{E0FFF}]`;

const scriptFromSchema = z.object({
  configMapKeyRef: z.object({ name: z.string().min(1).max(253), key: z.string().min(1).max(253) }),
});

/** Stricter than the format, which allows offsets over 24 h. */
const instant = time.regex(/^[0-9-]{10}[Tt][0-9:]{8}(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$/);

const windowSchema = z.object({
  notBefore: instant.optional().describe('The queue skips the run before this time, such as 2026-06-01T22:00:00Z.'),
  notAfter: instant
    .optional()
    .describe('The run is cancelled if its turn comes after this time, and it has not started until then.'),
});

const specSchema = z
  .object({
    sequencer: z
      .string()
      .max(30)
      .regex(SEQUENCER_NAME)
      .describe('Name of the Sequencer in the same namespace, such as satp1.')
      .meta(rules(FIXED)),
    title: z
      .string()
      .max(LIMITS.titleLength)
      .optional()
      .describe('Short title for lists.')
      .meta(
        rules(
          { rule: "self.trim() != ''", message: 'is blank. Remove it, or give the run a title' },
          { rule: `!self.matches(r'${INVISIBLE_IN_RE2}')`, message: 'contains invisible characters. Remove them' },
        ),
      ),
    script: z
      .string()
      .min(1)
      .max(LIMITS.scriptBytes)
      .optional()
      .describe('The Python script, at most 512 KiB.')
      .meta(
        rules({
          rule: `size(bytes(self)) <= ${String(LIMITS.scriptBytes)}`,
          message: 'exceeds 512 KiB. Move data out of the script, into a file that it reads',
        }),
      ),
    scriptFrom: scriptFromSchema
      .optional()
      .describe('Source of the script, in place of script. Read once, when the run starts.'),
    arguments: z
      .array(z.string().max(LIMITS.argumentBytes))
      .max(LIMITS.argumentCount)
      .default([])
      .describe('sys.argv[1:] of the script.'),
    desiredState: z
      .enum(DESIRED_STATES)
      .default('Queued')
      .describe(
        'Queued: the run starts when the mode of the sequencer is Queue. Held: the queue skips the run. Running: the run ' +
          'starts as soon as the sequencer is free, in every mode. Paused: the script pauses at its next line. Cancelled: ' +
          'the script is stopped, or the run is removed from the queue; this is final.',
      )
      .meta(
        rules({
          rule: "oldSelf != 'Cancelled' || self == 'Cancelled'",
          message: 'a cancelled run stays cancelled: create another SequencerRun',
        }),
      ),
    startPaused: z.boolean().default(false).describe('Pause before the first line.'),
    holdOnFailure: z
      .boolean()
      .optional()
      .describe(
        'Pause on failure: the script waits at the failed statement for a command. Default: spec.holdOnFailure of the Sequencer.',
      ),
    startAt: count.default(0).describe('Index of the first statement to run, from 0. Earlier statements are skipped.'),
    startLine: z
      .int()
      .positive()
      .optional()
      .describe(
        'First line of the first statement to run, in place of startAt. The run fails if no statement begins there.',
      ),
    timeoutSeconds: z
      .int()
      .nonnegative()
      .max(30 * 86400)
      .default(0)
      .describe('Time limit: the script is stopped after this time. 0: no limit.'),
    window: windowSchema
      .optional()
      .describe('When the run may start.')
      .meta(
        rules({
          rule: '!has(self.notBefore) || !has(self.notAfter) || self.notBefore < self.notAfter',
          message: 'notAfter must be later than notBefore',
        }),
      ),
    afterFailure: z
      .enum(AFTER_FAILURES)
      .optional()
      .describe(
        'After the script has failed. HoldQueue: the queue is held. Continue: the next run starts. Default: spec.afterFailure ' +
          'of the Sequencer, or else HoldQueue. A run that was interrupted, killed or lost always holds the queue.',
      ),
    resources: z
      .array(z.string().max(63).regex(RESOURCE_NAME))
      .max(LIMITS.resourceCount)
      .optional()
      .describe(
        'What the run uses that other telescopes may use as well, such as laser. Two runs that name the same resource never ' +
          'run at the same time.',
      )
      .meta({ 'x-kubernetes-list-type': 'set' }),
  })
  .meta(
    rules({
      rule: 'has(self.script) != has(self.scriptFrom)',
      message: 'set either script or scriptFrom, not both',
    }),
  );

const statusSchema = z
  .object({
    phase: z
      .enum(KUBERNETES_PHASES)
      .optional()
      .describe('Phase of the run, for display. Programs should read the conditions.')
      .meta(
        rules({
          rule: `self == oldSelf || !(oldSelf in [${FINAL_KUBERNETES_PHASES.map((phase) => `'${phase}'`).join(', ')}])`,
          message: 'the run has ended: its outcome cannot change',
        }),
      ),
    reason: z.string().max(2048).optional().describe('Why the run waits, or how it ended.'),
    conditions: conditionsSchema
      .describe(
        'Scheduled: the run has a pod. RunnerConnected. Stopping. Recording: True while the script has ended and its record waits for the API. Finished: True after the end, with the outcome as reason. Succeeded: Unknown until the end, then True or False.',
      )
      .optional(),
    observedGeneration: count.optional().describe('The generation of the object that this status describes.'),
    request: z
      .object({ desiredState: z.enum(DESIRED_STATES), generation: count })
      .optional()
      .describe(
        'The last desiredState that the operator observed, and the generation in which it was set. A later edit of other ' +
          'fields does not start a run that was held.',
      ),
    place: count.optional().describe('Position in the queue: the lowest number is next.'),
    podName: z
      .string()
      .max(253)
      .optional()
      .describe('Name of the pod. Set before the pod is created, so that there is at most one.'),
    podUID: z
      .string()
      .max(64)
      .optional()
      .describe('UID of the pod. Once it is set, no other pod is created for this run.'),
    submittedBy: z.string().max(256).optional().describe('Who submitted the run; kubectl if the object does not say.'),
    startedAt: time.optional().describe('When the runner started.'),
    finishedAt: time.optional().describe('When the runner ended.'),
    duration: z.string().max(32).optional().describe('From startedAt to finishedAt, such as 12m41s, for display.'),
    exitCode: z.int().optional().describe('Exit code of the script.'),
    refused: z
      .boolean()
      .optional()
      .describe('Whether the runner refused the script, such as for a syntax error. The queue is not held then.'),
    number: count.optional().describe('Number of the run on its sequencer. Written by the API.'),
    position: z
      .object({
        line: count.optional(),
        statement: count.optional(),
        of: count.optional(),
        progress: z.string().max(32).optional().describe('statement/of, for display.'),
      })
      .optional()
      .describe('Position of the script. Written by the API.'),
    runner: z
      .object({
        connected: z.boolean(),
        paused: z.boolean().optional(),
        pausePending: z.boolean().optional(),
        outcome: z.enum(KUBERNETES_OUTCOMES).optional(),
        exitCode: z.int().optional(),
        reason: z.string().max(2048).optional(),
        lastSeq: count.optional(),
      })
      .optional()
      .describe('State that the runner reported to the API. Written by the API.'),
  })
  .meta(
    rules(
      {
        rule: '!has(oldSelf.phase) || has(self.phase)',
        message: 'phase cannot be removed',
      },
      {
        rule: '!has(oldSelf.podUID) || has(self.podUID) && self.podUID == oldSelf.podUID',
        message: 'podUID cannot change: a run has only one pod',
      },
    ),
  );

/** For rules of the whole object, the only ones that see both spec and status. */
const WAS_QUEUED = "oldSelf.?status.?phase.orValue('Queued') == 'Queued'";

/** The record shows what was executed, so that these fields are fixed from the start of the run on. */
const queuedOnly = Object.keys(specSchema.shape)
  .filter((field) => field !== 'sequencer' && field !== 'desiredState')
  .map((field) => ({
    // Without optional fields (`.?`): the API server estimates too high a cost for a comparison of two.
    rule:
      `${WAS_QUEUED} || has(self.spec.${field}) == has(oldSelf.spec.${field}) && ` +
      `(!has(self.spec.${field}) || self.spec.${field} == oldSelf.spec.${field})`,
    message: 'can change only while the run is queued. Submit another SequencerRun with the change',
    fieldPath: `.spec.${field}`,
  }));

export const sequencerRunSchema = z
  .object({
    spec: specSchema.describe(
      'What to run. All but sequencer can change while the run is queued, then only desiredState.',
    ),
    status: statusSchema.optional().describe('What the operator and the API observed.'),
  })
  .describe('One execution of one script on one sequencer.')
  .meta(
    rules(
      {
        rule: "size(self.metadata.name) <= 63 && !self.metadata.name.contains('.')",
        message: 'metadata.name is also the name of the pod: use at most 63 letters, digits and hyphens',
      },
      { rule: '!has(oldSelf.status) || has(self.status)', message: 'status cannot be removed' },
      {
        rule: `${WAS_QUEUED} || self.spec.desiredState != 'Held' || oldSelf.spec.desiredState == 'Held'`,
        message: 'only a queued run can be held. Set Paused to pause the script, or Cancelled to stop it',
        fieldPath: '.spec.desiredState',
      },
      ...queuedOnly,
    ),
  );

export type RunSpec = z.infer<typeof specSchema>;
export type RunStatus = z.infer<typeof statusSchema>;
export type SequencerRun = KubernetesObject & { spec: RunSpec; status?: RunStatus };
