/** Why there is no schedule. The message states what the scheduler sent, or what prevented an answer. */

export type ScheduleErrorKind =
  | 'BAD_URL'
  | 'FORBIDDEN_ADDRESS'
  | 'UNREACHABLE'
  | 'TIMEOUT'
  | 'CANCELLED'
  | 'REDIRECT'
  | 'REFUSED'
  | 'NOT_JSON'
  | 'TOO_LARGE'
  | 'NO_SCRIPT';

export class ScheduleError extends Error {
  readonly kind: ScheduleErrorKind;

  constructor(kind: ScheduleErrorKind, message: string) {
    super(message);
    this.name = 'ScheduleError';
    this.kind = kind;
  }
}
