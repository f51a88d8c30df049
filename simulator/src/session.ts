/** One run of an operation, as OCS reports it. */

export type Status = 'starting' | 'running' | 'stopping' | 'done';
const ORDER: readonly Status[] = ['starting', 'running', 'stopping', 'done'];

export type Data = Record<string, unknown>;

const seconds = () => Date.now() / 1000;

export class OpSession {
  readonly opName: string;
  data: Data = {};
  success: boolean | null = null;
  /** Resolves when it is done. */
  readonly ended: Promise<void>;
  readonly #id: number;
  readonly #startTime = seconds();
  readonly #messages: [number, string][] = [];
  readonly #end: () => void;
  #endTime: number | null = null;
  #status: Status = 'starting';

  constructor(id: number, opName: string) {
    this.#id = id;
    this.opName = opName;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.ended = promise;
    this.#end = () => {
      resolve(undefined);
    };
    this.addMessage('Status is now "starting".');
  }

  get status(): Status {
    return this.#status;
  }

  /** A status that is before the current one is ignored. */
  setStatus(status: Status): void {
    if (ORDER.indexOf(status) <= ORDER.indexOf(this.#status)) return;
    this.#status = status;
    this.addMessage(`Status is now "${status}".`);
  }

  addMessage(message: string): void {
    this.#messages.push([seconds(), message]);
  }

  finish(success: boolean, message: string): void {
    this.addMessage(message);
    this.success = success;
    this.#endTime = seconds();
    this.setStatus('done');
    this.#end();
  }

  /** NONE is 1; then starting, running, stopping, succeeded, failed. */
  get opCode(): number {
    if (this.#status === 'done') return this.success ? 5 : 6;
    return 2 + ORDER.indexOf(this.#status);
  }

  encoded(): Data {
    return {
      session_id: this.#id,
      op_name: this.opName,
      op_code: this.opCode,
      cred_level: 1,
      status: this.#status,
      degraded: false,
      success: this.success,
      start_time: this.#startTime,
      end_time: this.#endTime,
      data: this.data,
      messages: this.#messages,
    };
  }
}
