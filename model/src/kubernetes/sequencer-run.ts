/** The custom resource SequencerRun: one execution of one script on one sequencer. */
import { z } from 'zod';
import { LIMITS, SEQUENCER_NAME } from '../limits.ts';
import type { KubernetesObject } from './metadata.ts';
import { FIXED, conditionsSchema, count, rules, time } from './schema-parts.ts';
import { FINAL_PHASE_WORDS, OUTCOME_WORDS, PHASE_WORDS } from './words.ts';

export const DESIRED_STATES = ['Queued', 'Running', 'Paused', 'Cancelled'] as const;

const scriptFromSchema = z.object({
  configMapKeyRef: z.object({ name: z.string().min(1).max(253), key: z.string().min(1).max(253) }),
});

const specSchema = z
  .object({
    sequencer: z
      .string()
      .max(30)
      .regex(SEQUENCER_NAME)
      .describe('The name of the Sequencer, in the same namespace, such as satp1.')
      .meta(rules(FIXED)),
    title: z.string().max(LIMITS.titleLength).optional().describe('A few words for lists.').meta(rules(FIXED)),
    script: z
      .string()
      .min(1)
      .max(LIMITS.scriptBytes)
      .optional()
      .describe('The Python script itself, at most 512 KiB.')
      .meta(
        rules(
          {
            rule: `size(bytes(self)) <= ${String(LIMITS.scriptBytes)}`,
            message: 'is over 512 KiB. Move data out of the script, into a file that it reads',
          },
          FIXED,
        ),
      ),
    scriptFrom: scriptFromSchema
      .optional()
      .describe('Where the script is instead. It is read once, when the run gets its turn.')
      .meta(rules(FIXED)),
    arguments: z
      .array(z.string().max(LIMITS.argumentBytes))
      .max(LIMITS.argumentCount)
      .default([])
      .describe('sys.argv[1:] of the script.')
      .meta(rules(FIXED)),
    desiredState: z
      .enum(DESIRED_STATES)
      .default('Queued')
      .describe(
        'Queued waits for the mode of the sequencer; Running starts as soon as the sequencer is free; Paused stops at the ' +
          'next line; Cancelled stops the script, or takes a waiting run out of the queue, and cannot be taken back.',
      )
      .meta(
        rules({
          rule: "oldSelf != 'Cancelled' || self == 'Cancelled'",
          message: 'a cancelled run stays cancelled: make another SequencerRun',
        }),
      ),
    startPaused: z.boolean().default(false).describe('Stop before the first line.').meta(rules(FIXED)),
    holdOnFailure: z
      .boolean()
      .optional()
      .describe(
        "Keep the script at the line that failed until somebody decides. The Sequencer's own setting unless given.",
      )
      .meta(rules(FIXED)),
    startAt: count
      .default(0)
      .describe('The statement to begin with, counted from 0; those before it are left out.')
      .meta(rules(FIXED)),
    startLine: z
      .int()
      .positive()
      .optional()
      .describe('The first line of the statement to begin with, in place of startAt. Another line fails the run.')
      .meta(rules(FIXED)),
    timeoutSeconds: z
      .int()
      .nonnegative()
      .max(30 * 86400)
      .default(0)
      .describe('The script is stopped after this time; 0 for none.')
      .meta(rules(FIXED)),
  })
  .meta(
    rules(
      {
        rule: 'has(self.script) != has(self.scriptFrom)',
        message: 'give either script or scriptFrom, and not both',
      },
      ...(['title', 'script', 'scriptFrom', 'holdOnFailure'] as const).map((field) => ({
        rule: `has(self.${field}) == has(oldSelf.${field})`,
        message: `${field} ${FIXED.message}`,
      })),
    ),
  );

const statusSchema = z
  .object({
    phase: z
      .enum(PHASE_WORDS)
      .optional()
      .describe('For people; programs read the conditions.')
      .meta(
        rules({
          rule: `self == oldSelf || !(oldSelf in [${FINAL_PHASE_WORDS.map((phase) => `'${phase}'`).join(', ')}])`,
          message: 'the run has ended; its outcome never changes',
        }),
      ),
    reason: z.string().max(2048).optional().describe('One or two sentences: why it waits, or how it ended.'),
    conditions: conditionsSchema.optional(),
    observedGeneration: count.optional(),
    place: count.optional().describe('Its place among the waiting runs: the smallest is next.'),
    podName: z.string().max(253).optional().describe('Set before the pod is made: from then on there is one at most.'),
    podUID: z.string().max(64).optional().describe('Set once the pod was seen: from then on it is never made again.'),
    submittedBy: z.string().max(256).optional(),
    startedAt: time.optional(),
    finishedAt: time.optional(),
    exitCode: z.int().optional(),
    number: count.optional().describe('Its number on the sequencer, given by the API.'),
    position: z
      .object({
        line: count.optional(),
        statement: count.optional(),
        of: count.optional(),
        progress: z.string().max(32).optional().describe('statement/of, for lists.'),
      })
      .optional()
      .describe('Where the script is. Written by the API.'),
    runner: z
      .object({
        connected: z.boolean(),
        paused: z.boolean().optional(),
        pausePending: z.boolean().optional(),
        outcome: z.enum(OUTCOME_WORDS).optional(),
        exitCode: z.int().optional(),
        reason: z.string().max(2048).optional(),
        lastSeq: count.optional(),
      })
      .optional()
      .describe('What the runner has told the API. Written by the API.'),
  })
  .meta(
    rules(
      {
        rule: '!has(oldSelf.phase) || has(self.phase)',
        message: 'phase cannot be taken away',
      },
      {
        rule: '!has(oldSelf.podUID) || has(self.podUID) && self.podUID == oldSelf.podUID',
        message: 'podUID never changes: a run has one pod, once',
      },
    ),
  );

export const sequencerRunSchema = z.object({ spec: specSchema, status: statusSchema.optional() }).meta(
  rules(
    {
      rule: "size(self.metadata.name) <= 63 && !self.metadata.name.contains('.')",
      message: 'metadata.name names the pod too: at most 63 letters, digits and hyphens',
    },
    { rule: '!has(oldSelf.status) || has(self.status)', message: 'status cannot be taken away' },
  ),
);

export type RunSpec = z.infer<typeof specSchema>;
export type RunStatus = z.infer<typeof statusSchema>;
export type SequencerRun = KubernetesObject & { spec: RunSpec; status?: RunStatus };
