/** The requests to the scheduler that this operator has sent. They take minutes, and no reconciliation waits for them. */
import {
  requestSchedule,
  type Schedule,
  type ScheduleRequest,
  type SchedulerTarget,
} from '@sequencer/scheduler/request';

export interface PullAnswer {
  schedule: Schedule | null;
  /** Why there is no schedule. */
  problem: string | null;
  seconds: number;
}

interface Sent {
  id: string;
  controller: AbortController;
  answer: PullAnswer | null;
}

export class PullRequests {
  readonly #sent = new Map<string, Sent>();
  readonly #answered: (sequencer: string) => void;

  /** @param answered called with the key of the sequencer when there is an answer */
  constructor(answered: (sequencer: string) => void) {
    this.#answered = answered;
  }

  /** The answer to this pull, null until there is one, or undefined if this operator did not send it. */
  answerOf(sequencer: string, id: string): PullAnswer | null | undefined {
    const sent = this.#sent.get(sequencer);
    return sent?.id === id ? sent.answer : undefined;
  }

  send(sequencer: string, id: string, target: SchedulerTarget, request: ScheduleRequest): void {
    this.forget(sequencer);
    const sent: Sent = { id, controller: new AbortController(), answer: null };
    this.#sent.set(sequencer, sent);
    const since = performance.now();
    void requestSchedule(target, request, sent.controller.signal)
      .then(
        (schedule) => ({ schedule, problem: null }),
        (error: unknown) => ({ schedule: null, problem: error instanceof Error ? error.message : String(error) }),
      )
      .then((answer) => {
        if (this.#sent.get(sequencer) !== sent) return;
        sent.answer = { ...answer, seconds: (performance.now() - since) / 1000 };
        this.#answered(sequencer);
      });
  }

  /** Cancels the request of this sequencer, or drops its answer. */
  forget(sequencer: string): void {
    this.#sent.get(sequencer)?.controller.abort();
    this.#sent.delete(sequencer);
  }

  clear(): void {
    for (const sequencer of this.#sent.keys()) this.forget(sequencer);
  }
}
