/** The settings of the scheduler: the defaults in the environment, and what people set for each telescope. */
import { documentation } from '@sequencer/model/settings';
import { z } from 'zod';
import { readSchedulerUrl } from './address.ts';
import { HEADERS_FORMAT, parseHeaders } from './headers.ts';

/** What a telescope's schedules are pulled with. */
export interface SchedulerSettings {
  url: string | null;
  /** The name of a header of the environment. */
  header: string | null;
  policy: string;
  lengthMinutes: number;
  timeoutSeconds: number;
  leadMinutes: number;
}
export type SchedulerSetting = keyof SchedulerSettings;

const LONGEST_POLICY = 16 * 1024;
const between = (min: number, max: number) => {
  const error = `must be a whole number from ${String(min)} to ${String(max)}`;
  return z.coerce.number(error).int(error).min(min, error).max(max, error);
};

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

export const policySchema = z
  .string()
  .max(LONGEST_POLICY, `must have at most ${String(LONGEST_POLICY)} characters`)
  .refine(isJsonObject, 'must be a JSON object, such as {"policy": "dummy", "config": {}}');

const urlSchema = z.string().superRefine((text, context) => {
  try {
    readSchedulerUrl(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

/** 31 days. */
const lengthMinutes = between(1, 44_640);

/** Changes of a person: an undefined value stays as it is, null is the default again. */
export const changesSchema = z.object({
  url: urlSchema.nullish(),
  header: z.string().max(50).nullish(),
  policy: policySchema.nullish(),
  lengthMinutes: lengthMinutes.nullish(),
  timeoutSeconds: between(1, 3600).nullish(),
  leadMinutes: between(0, 1440).nullish(),
});
export type SettingsChanges = z.output<typeof changesSchema>;

const headers = z.string().transform((text, context) => {
  const parsed = parseHeaders(text);
  if (parsed) return parsed;
  context.addIssue({ code: 'custom', message: HEADERS_FORMAT });
  return z.NEVER;
});

export const schedulerEnvironment = {
  SCHEDULER_URL: urlSchema.optional().register(documentation, {
    description: 'the URL of the scheduler of all telescopes for which no admin set another one',
    unset: 'no schedules are pulled',
    example: 'http://scheduler.example:8010/api/v1/schedule/',
  }),
  SCHEDULER_POLICY: policySchema.prefault('{"policy": "dummy", "config": {}}').register(documentation, {
    description:
      'the policy of all telescopes for which nobody set another one: a JSON object. `{sequencer}` in it is the name of the telescope',
    example: '{"policy": "rest", "preset": "rest.{sequencer}", "config": {}}',
  }),
  SCHEDULER_LENGTH_MINUTES: lengthMinutes.prefault('720').register(documentation, {
    description: 'how long a schedule of the automatic mode is, unless the telescope has another setting',
    unit: 'minutes',
    example: '1440',
  }),
  SCHEDULER_HEADER: z.string().optional().register(documentation, {
    description: 'the name of the header to send to `SCHEDULER_URL`, from `SCHEDULER_HEADERS` or its file',
    unset: 'none',
    example: 'site',
  }),
  SCHEDULER_HEADERS: headers.prefault('').register(documentation, {
    description:
      'headers for schedulers behind a sign-in, one a line: its name in the settings of a telescope, and the header. Values are sent to the scheduler alone',
    example: 'site: Authorization: Bearer secret',
    secret: true,
  }),
  SCHEDULER_HEADERS_FILE: z.string().optional().register(documentation, {
    description: 'a file with such headers. The API reads it again when it changes. `#` starts a comment',
    example: '/etc/sequencer/scheduler-headers',
  }),
};

export interface SchedulerDefaults {
  schedulerUrl?: string | undefined;
  schedulerPolicy: string;
  schedulerLengthMinutes: number;
  schedulerHeader?: string | undefined;
}

/** Longer than the observatory's scheduler may take: 480 s. */
const TIMEOUT_SECONDS = 600;

/** What people set for one telescope. What is missing or null is the default. */
export type OwnSettings = { [K in SchedulerSetting]?: SchedulerSettings[K] | null | undefined };

/** @param row what people set; null if nobody did */
export function effectiveSettings(
  sequencer: string,
  row: OwnSettings | null,
  defaults: SchedulerDefaults,
): SchedulerSettings {
  return {
    url: row?.url ?? defaults.schedulerUrl ?? null,
    // The default header is for the default URL: another server must not get its secret.
    header: row?.header ?? (row?.url ? null : (defaults.schedulerHeader ?? null)),
    policy: row?.policy ?? defaults.schedulerPolicy.replaceAll('{sequencer}', sequencer),
    lengthMinutes: row?.lengthMinutes ?? defaults.schedulerLengthMinutes,
    timeoutSeconds: row?.timeoutSeconds ?? TIMEOUT_SECONDS,
    leadMinutes: row?.leadMinutes ?? 0,
  };
}
