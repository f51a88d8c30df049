/** One telescope with its agents, with the replies of crossbar's HTTP bridge. */
import { z } from 'zod';
import { Acu } from './acu.ts';
import { Agent, type Setting } from './agent.ts';
import { TelescopeClock } from './clock.ts';
import { FAULT_KINDS, type Fault } from './faults.ts';
import { Hwp } from './hwp.ts';
import { Journal } from './journal.ts';
import type { Data } from './session.ts';
import { Smurf } from './smurf.ts';

const ROOT = 'observatory';

const callSchema = z.object({
  procedure: z.string(),
  args: z.array(z.unknown()).default([]),
  kwargs: z.record(z.string(), z.unknown()).default({}),
});
const paramsSchema = z.record(z.string(), z.unknown()).nullish();

export const faultSchema = z.object({
  agent: z.string(),
  kind: z.enum(FAULT_KINDS),
  op: z.string().nullish(),
  times: z.int().positive().nullish(),
});
export type FaultInput = z.infer<typeof faultSchema>;

/** Lists the agents, as the registry does from their heartbeats. */
class Registry extends Agent {
  constructor(setting: Setting, agents: () => readonly Agent[]) {
    super('RegistryAgent', 'registry', setting);
    this.monitor('main', () =>
      Object.fromEntries(
        agents().map((agent) => [
          `${ROOT}.${agent.instance}`,
          {
            expired: !agent.online,
            time_expired: agent.online ? null : Date.now() / 1000,
            last_updated: Date.now() / 1000,
            op_codes: agent.opCodes(),
            agent_class: agent.agentClass,
            agent_address: `${ROOT}.${agent.instance}`,
          },
        ]),
      ),
    );
  }
}

export class Observatory {
  readonly journal = new Journal();
  readonly #agents: Map<string, Agent>;

  /** @param telescope names that begin with `lat` have no half-wave plate, and a co-rotator */
  constructor(telescope: string, speed: number) {
    const isSat = !telescope.startsWith('lat');
    const setting: Setting = { clock: new TelescopeClock(speed), journal: this.journal };
    const agents: Agent[] = [new Acu(setting, isSat), new Smurf(setting, 'smurf1'), new Smurf(setting, 'smurf2')];
    if (isSat) agents.push(new Hwp(setting));
    agents.push(new Registry(setting, () => agents));
    this.#agents = new Map(agents.map((agent) => [agent.instance, agent]));
  }

  /** Throws when there is no such agent. */
  fault({ agent, kind, op, times }: FaultInput): void {
    const found = this.#agents.get(agent);
    if (!found) throw new Error(`There is no agent "${agent}". Agents: ${[...this.#agents.keys()].join(', ')}.`);
    const fault: Fault = { kind, op: op ?? null, times: times ?? null };
    found.faults.set(fault);
  }

  /** The reply of crossbar to a call. */
  async call(body: unknown, gone: AbortSignal): Promise<Data> {
    const { procedure, args, kwargs } = callSchema.parse(body);
    const [, instance = '', sub = ''] = /^observatory\.([\w-]+)(?:\.(\w+))?$/.exec(procedure) ?? [];
    const agent = this.#agents.get(instance);
    if (!agent?.online) {
      return {
        error: 'wamp.error.no_such_procedure',
        args: [`no callee registered for procedure <${procedure}>`],
        kwargs: {},
      };
    }
    if (sub === '') return { args: [agent.describe(String(args[0]))] };
    const [action, op, params] = args;
    const timeout = typeof kwargs.timeout === 'number' ? kwargs.timeout : null;
    return { args: [await agent.call(String(action), String(op), paramsSchema.parse(params) ?? null, timeout, gone)] };
  }
}
