/** The observatory's scheduler, from which the mode Scheduler pulls. */
import { schedulerSpecSchema } from '@sequencer/model/kubernetes/scheduler-schema';
import { z } from 'zod';
import { objectName } from './parts.ts';

const spec = schedulerSpecSchema.shape;

export const scheduler = z
  .strictObject({
    url: z
      .union([z.literal(''), z.url({ protocol: /^https?$/ })])
      .default('')
      .describe(
        'URL of the scheduler, such as `http://scheduler.example:8010/api/v1/schedule/`. Default: that of the simulator, if it is enabled. The API and the operator send requests to it.',
      ),
    policy: spec.policy
      .unwrap()
      .default('')
      .describe('Policy, a JSON object as a string. `{sequencer}` in it is the name of the telescope.'),
    lengthMinutes: z
      .int()
      .min(0)
      .max(44_640)
      .default(0)
      .describe('Length of a schedule of the mode Scheduler. Default: 720; with the simulator 15.'),
    header: z
      .string()
      .max(50)
      .default('')
      .describe('Name of the header to send to `url`, from `existingSecret`, for a scheduler behind a sign-in.'),
    existingSecret: objectName
      .default('')
      .describe('Secret with headers, one a line, such as `site: Authorization: Bearer secret`.'),
    existingSecretKey: z.string().min(1).default('headers').describe('The key in that Secret.'),
  })
  .prefault({});

/** The settings of one telescope, which are copied to its Sequencer. */
export const telescopeScheduler = z
  .strictObject({
    url: spec.url.unwrap(),
    header: spec.header.unwrap(),
    policy: spec.policy.unwrap(),
    lengthMinutes: spec.lengthMinutes.unwrap(),
    timeoutSeconds: spec.timeoutSeconds.unwrap(),
    leadMinutes: spec.leadMinutes.unwrap(),
  })
  .partial()
  .describe(
    'Settings of the scheduler for this telescope. An upgrade with the same value keeps what people set on the pages later.',
  );
