/** The fields of the panel for edits of a queued run. Pure. */
import type { AfterFailure, EditRunInput } from '../gql/graphql.ts';
import type { RunContent } from './add-runs.ts';
import { readResources, resourcesText } from '../editor/resources-input.ts';
import { windowInput } from '../editor/window-input.ts';

export interface RunForm {
  title: string;
  script: string;
  /** One a line. */
  arguments: string;
  /** As in `WindowFields`. */
  notBefore: string;
  notAfter: string;
  /** In minutes; empty for no limit. A number while it is typed. */
  limit: string | number;
  afterFailure: AfterFailure;
  /** Separated by commas or spaces. */
  resources: string;
}

export type RunField = keyof RunForm;

export const FIELD_NAMES: Record<RunField, string> = {
  title: 'Title',
  script: 'Script',
  arguments: 'Arguments',
  notBefore: 'Not before',
  notAfter: 'Not after',
  limit: 'Time limit in minutes',
  afterFailure: 'After a failure',
  resources: 'Resources',
};

export const AFTER_FAILURE_NAMES: Record<AfterFailure, string> = {
  HOLD_QUEUE: 'Hold the queue',
  CONTINUE: 'Continue with the next run',
  RUN_SAFE_SCRIPT: 'Run the safe script',
};

const field = (time: string | null | undefined) => time?.slice(0, 16) ?? '';

export function toForm(run: RunContent): RunForm {
  return {
    title: run.title ?? '',
    script: run.script,
    arguments: run.arguments.join('\n'),
    notBefore: field(run.window?.notBefore),
    notAfter: field(run.window?.notAfter),
    limit: run.timeoutSeconds === null ? '' : String(run.timeoutSeconds / 60),
    afterFailure: run.afterFailure,
    resources: resourcesText(run.resources),
  };
}

export function changedFields(before: RunForm, after: RunForm): RunField[] {
  return (Object.keys(FIELD_NAMES) as RunField[]).filter((name) => String(before[name]) !== String(after[name]));
}

/** Why the time limit is not valid; null if it is. */
export function limitError({ limit }: RunForm): string | null {
  return limit === '' || Number(limit) * 60 >= 1 ? null : 'The time limit must be at least one second.';
}

/** What has to be sent: the changed parts, for the version that they are based on. */
export function toEdit(run: RunContent, form: RunForm): EditRunInput {
  const changed = new Set(changedFields(toForm(run), form));
  const { title, script, arguments: args, limit, afterFailure, resources } = form;
  return {
    version: run.version,
    ...(changed.has('title') && { title: title || null }),
    // The start of a run at a later statement has to be repeated with a new script.
    ...(changed.has('script') && { script, ...(run.startAt !== null && { startAt: run.startAt }) }),
    ...(changed.has('arguments') && { arguments: args === '' ? [] : args.split('\n') }),
    ...((changed.has('notBefore') || changed.has('notAfter')) && { window: windowInput(form) }),
    ...(changed.has('limit') && { timeoutSeconds: limit === '' ? null : Math.round(Number(limit) * 60) }),
    ...(changed.has('afterFailure') && { afterFailure }),
    ...(changed.has('resources') && { resources: readResources(resources) }),
  };
}
