/** The simulated observatory of a stack: injects faults and reads its journal. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from './stack.ts';

interface Fault {
  agent: string;
  kind: 'error' | 'hang' | 'offline' | 'reject' | 'slow' | 'none';
  /** Default: every operation of the agent. */
  op?: string;
  /** Default: no limit. */
  times?: number;
}

export class Simulator {
  readonly #bridge: string;

  /** Reads the address from the OCS configuration of the sequencer. */
  constructor(stack: Stack, sequencer: string) {
    const site = readFileSync(join(stack.dataDir, 'ocs', sequencer, 'default.yaml'), 'utf8');
    const url = /^ *wamp_http: (\S+)\/call$/m.exec(site)?.[1];
    if (url === undefined) throw new Error(`no wamp_http in\n${site}`);
    this.#bridge = url;
  }

  async fault(fault: Fault): Promise<void> {
    const response = await fetch(`${this.#bridge}/fault`, { method: 'POST', body: JSON.stringify(fault) });
    if (!response.ok) throw new Error(await response.text());
  }

  /** The calls of the agents and the ends of their operations, one line each. */
  async journal(): Promise<string> {
    return (await fetch(`${this.#bridge}/journal`)).text();
  }
}
