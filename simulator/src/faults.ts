/** Faults on demand: they strike running operations too, until they are taken back or have struck often enough. */

export const FAULT_KINDS = ['error', 'hang', 'offline', 'reject', 'slow', 'none'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  kind: FaultKind;
  /** Null strikes every operation of the agent. */
  op: string | null;
  /** How often it strikes; null for ever. */
  times: number | null;
}

/** How much slower a slow operation is. */
const SLOWER = 10;

export class Faults {
  #fault: Fault | null = null;

  set(fault: Fault): void {
    this.#fault = fault.kind === 'none' ? null : fault;
  }

  is(kind: FaultKind, op: string | null): boolean {
    const fault = this.#fault;
    return fault?.kind === kind && (fault.op === null || fault.op === op);
  }

  /** Counts one stroke. */
  spend(): void {
    if (!this.#fault || this.#fault.times === null) return;
    this.#fault.times -= 1;
    if (this.#fault.times <= 0) this.#fault = null;
  }

  stretch(op: string): number {
    return this.is('slow', op) ? SLOWER : 1;
  }
}
