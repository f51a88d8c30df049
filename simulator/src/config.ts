/** The settings of the simulated observatory, read from the environment once. `docs/configuration.md` is generated from them. */
import { list, port, positiveNumber } from '@sequencer/model/setting-types';
import { documentation, readSettings, type Environment } from '@sequencer/model/settings';
import { z } from 'zod';

export const schema = z.object({
  PORT: port().prefault('0').register(documentation, {
    description: 'the port of its HTTP bridge. It prints the address',
    unset: 'any free port',
    example: '8700',
  }),
  HOST: z.string().prefault('127.0.0.1').register(documentation, {
    description: 'the address of its HTTP bridge',
    example: '0.0.0.0',
  }),
  ALLOWED_HOSTS: list.prefault('').register(documentation, {
    description: "further names that a request's `Host` may carry besides those of loopback, separated by commas",
    example: 'simulator:8700',
  }),
  TELESCOPES: list.prefault('satp1').register(documentation, {
    description: 'the telescopes whose agents are simulated, separated by commas',
    example: 'satp1,lat',
  }),
  SIMULATOR_SPEED: positiveNumber(100_000).prefault('60').register(documentation, {
    description: 'how much faster than real time it moves and waits',
    example: '1',
  }),
});

/** @throws SettingsError that lists all problems */
export function readConfig(env: Environment) {
  return readSettings('the simulator', schema, env);
}
