/** Where a telescope's schedules come from: its settings, with the secret header that they name. */
import { SequencerError } from '@sequencer/model';
import type { SecretHeaders } from './headers.ts';
import type { SchedulerTarget } from './request.ts';
import type { SchedulerSettings } from './settings.ts';

/** Throws SCHEDULER_NOT_SET without a URL, or for a header that is not configured. */
export function targetOf({ url, header, timeoutSeconds }: SchedulerSettings, headers: SecretHeaders): SchedulerTarget {
  if (url === null) throw new SequencerError('SCHEDULER_NOT_SET');
  const secret = header === null ? null : headers.get(header);
  if (secret === undefined) {
    throw new SequencerError(
      'SCHEDULER_NOT_SET',
      `The header "${header ?? ''}" of the scheduler is not configured.`,
      'Ask an admin to add it to SCHEDULER_HEADERS.',
    );
  }
  return { url, header: secret, timeoutSeconds };
}
