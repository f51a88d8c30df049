/** Forwards signals of the terminal to the run: the first Ctrl-C interrupts it. Stronger stops need `sequencer stop`. */
import type { Api } from './api.ts';
import { readConfig } from './config.ts';
import { CommandError, errorLines } from './errors.ts';

interface State {
  phase: string;
  reason: string | null;
  number: number;
  sequencer: { name: string };
}

const STOP = 'mutation ($id: ID!, $level: StopLevel!) { stopRun(id: $id, level: $level) { id } }';
const CANCEL = 'mutation ($id: ID!) { cancelRun(id: $id) { id } }';
const STATE = 'query ($id: ID!) { run(id: $id) { phase reason number sequencer { name } } }';

/** @param print writes a line to the terminal */
export function forwardSignals(api: Api, run: string, print: (text: string) => void): void {
  const where = readConfig(process.env).sequencerUrl === api.server ? '' : ` --server ${api.server}`;
  const sent = new Set<string>();

  async function stop(level: 'INTERRUPT' | 'TERMINATE'): Promise<void> {
    if (sent.has(level)) {
      await printState();
      return;
    }
    sent.add(level);
    print(`stopping the run (${level.toLowerCase()}) ...`);
    try {
      await api.request(STOP, { id: run, level });
    } catch (error) {
      // The stop was not delivered; the next signal tries again.
      sent.delete(level);
      if (!(error instanceof CommandError)) throw error;
      if (error.code === 'RUN_NOT_STARTED') await api.request(CANCEL, { id: run });
      else if (error.code !== 'RUN_FINISHED') throw error;
    }
  }

  async function printState(): Promise<void> {
    const { run: now } = await api.request<{ run: State }>(STATE, { id: run });
    const name = `${now.sequencer.name}/${String(now.number)}`;
    print(`run ${name} is ${now.phase.toLowerCase()}. ${now.reason ?? ''}`.trimEnd());
    print(`If it does not stop, run: sequencer stop --level terminate${where} ${name}`);
  }

  const on = (signal: 'SIGINT' | 'SIGTERM', level: 'INTERRUPT' | 'TERMINATE') =>
    process.on(signal, () => {
      stop(level).catch((error: unknown) => {
        errorLines(error).forEach(print);
      });
    });
  on('SIGINT', 'INTERRUPT');
  on('SIGTERM', 'TERMINATE');
}
