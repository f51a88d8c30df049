/** Injected faults. They also affect running operations, until they are removed or have been used `times` times. */

export const FAULT_KINDS = ['error', 'hang', 'offline', 'reject', 'slow', 'none'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  kind: FaultKind;
  /** The operation; null for every operation of the agent. */
  op: string | null;
  /** How often the fault takes effect; null for no limit. */
  times: number | null;
}

/** Factor by which a slow operation takes longer. */
const SLOW_FACTOR = 10;

export class Faults {
  #fault: Fault | null = null;

  set(fault: Fault): void {
    this.#fault = fault.kind === 'none' ? null : fault;
  }

  is(kind: FaultKind, op: string | null): boolean {
    const fault = this.#fault;
    return fault?.kind === kind && (fault.op === null || fault.op === op);
  }

  /** Counts one use of the fault. */
  use(): void {
    if (!this.#fault || this.#fault.times === null) return;
    this.#fault.times -= 1;
    if (this.#fault.times <= 0) this.#fault = null;
  }

  stretch(op: string): number {
    return this.is('slow', op) ? SLOW_FACTOR : 1;
  }
}
