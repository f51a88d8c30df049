/** The fields of a Sequencer about the scheduler: settings, and the record of automatic pulls. */
import { z } from 'zod';
import { count, rules, time } from './schema-parts.ts';

/** Ended pulls besides the last one. An API that was stopped stores them later. */
export const MOST_EARLIER_PULLS = 9;
export const LONGEST_PULL_MESSAGE = 1024;

/** Without defaults: a missing setting is that of the operator and the API. */
export const schedulerSpecSchema = z.object({
  url: z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .describe("URL of the scheduler. Default: the operator's SCHEDULER_URL.")
    .meta(
      rules({
        rule: "isURL(self) && url(self).getScheme() in ['http', 'https'] && !self.contains('@')",
        message: 'must be a URL such as https://scheduler.example/api/v1/schedule/, without a password',
      }),
    ),
  header: z
    .string()
    .max(50)
    .regex(/^[\w-]+$/)
    .optional()
    .describe(
      'Name of a header in SCHEDULER_HEADERS to send, for a scheduler behind a sign-in. The values are in a Secret.',
    ),
  policy: z
    .string()
    .max(16 * 1024)
    .optional()
    .describe('Policy, a JSON object as a string, such as {"policy": "dummy", "config": {}}.')
    .meta(rules({ rule: "self.trim().startsWith('{')", message: 'must be a JSON object' })),
  lengthMinutes: z.int().min(1).max(44_640).optional().describe('Length of a schedule.'),
  timeoutSeconds: z.int().min(1).max(3600).optional().describe('How long a pull waits for the answer. Default: 600.'),
  leadMinutes: z.int().min(0).max(1440).optional().describe('How long after the pull the schedule starts. Default: 0.'),
});

const pullBase = z.object({
  id: z.string().max(64).describe('Identifies the pull, and names its run.'),
  at: time.describe('When it was requested.'),
  from: time.describe('Start of the schedule.'),
  to: time.describe('End of the schedule.'),
  policy: z.string().max(16 * 1024),
  mode: time.optional().describe('When the mode was set that requested it. Failures are counted since then.'),
});

const endedPullSchema = pullBase.extend({
  endedAt: time,
  outcome: z
    .enum(['Succeeded', 'Failed', 'Cancelled'])
    .describe('Failed also if the runner refused the script, such as for a syntax error.'),
  ok: z.boolean().describe('Whether the outcome is Succeeded.'),
  message: z
    .string()
    .max(LONGEST_PULL_MESSAGE)
    .optional()
    .describe('Message of the scheduler, or why the pull did not succeed.'),
  seconds: z.number().describe('Duration of the request.'),
  run: z.string().max(253).optional().describe('Name of its SequencerRun.'),
  runUID: z.string().max(64).optional(),
});

export const schedulerStatusSchema = z.object({
  pull: pullBase.optional().describe('The pull in progress. After a restart of the operator, it is requested again.'),
  nextPullAt: time.optional().describe('When the next pull begins, if nothing else starts.'),
  failures: count.describe('Failed pulls in a row. After three, the mode becomes Off.'),
  lastPull: endedPullSchema.optional().describe('The last pull that ended.'),
  earlierPulls: z.array(endedPullSchema).max(MOST_EARLIER_PULLS).optional().describe('Those before, the newest first.'),
});

export type SchedulerSpec = z.infer<typeof schedulerSpecSchema>;
export type SchedulerStatus = z.infer<typeof schedulerStatusSchema>;
export type PullInProgress = z.infer<typeof pullBase>;
export type EndedPull = z.infer<typeof endedPullSchema>;
