/** The simulated observatory that a stack starts: made faulty on purpose, and what was asked of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from './stack.ts';

interface Fault {
  agent: string;
  kind: 'error' | 'hang' | 'offline' | 'reject' | 'slow' | 'none';
  /** Without it, every operation of the agent. */
  op?: string;
  /** Without it, for ever. */
  times?: number;
}

export class Simulator {
  readonly #bridge: string;

  /** Where scripts of the sequencer find it. */
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

  /** What was asked of the agents, and how their operations ended: a line each. */
  async journal(): Promise<string> {
    return (await fetch(`${this.#bridge}/journal`)).text();
  }
}
