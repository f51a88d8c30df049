/** Entry point of the simulator. */
import { z } from 'zod';
import { startSimulator } from './simulator.ts';

const settings = z.object({
  PORT: z.coerce.number('PORT must be a number.').int().min(0).max(65535).default(0),
  HOST: z.string().default('127.0.0.1'),
  ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter(Boolean)),
  TELESCOPES: z
    .string()
    .default('satp1')
    .transform((text) => text.split(',')),
  SIMULATOR_SPEED: z.coerce.number('SIMULATOR_SPEED must be a number.').positive().max(100_000).default(60),
});

const parsed = settings.safeParse(process.env);
if (!parsed.success) {
  console.error(`The settings of the simulator are invalid:\n${z.prettifyError(parsed.error)}`);
  process.exit(1);
}
const { PORT: port, HOST: host, ALLOWED_HOSTS: hosts, TELESCOPES: telescopes, SIMULATOR_SPEED: speed } = parsed.data;
const simulator = await startSimulator({ telescopes, speed, port, host, hosts });
console.log(`simulator listening on ${simulator.url}`);
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void simulator.close().then(() => process.exit(0)));
