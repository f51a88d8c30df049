/** The simulator as a process. */
import { z } from 'zod';
import { startSimulator } from './simulator.ts';

const settings = z.object({
  PORT: z.coerce.number('PORT has to be a number.').int().min(0).max(65535).default(0),
  TELESCOPES: z
    .string()
    .default('satp1')
    .transform((text) => text.split(',')),
  SIMULATOR_SPEED: z.coerce.number('SIMULATOR_SPEED has to be a number.').positive().max(100_000).default(60),
});

const parsed = settings.safeParse(process.env);
if (!parsed.success) {
  console.error(`The simulator cannot start with these settings:\n${z.prettifyError(parsed.error)}`);
  process.exit(1);
}
const { PORT: port, TELESCOPES: telescopes, SIMULATOR_SPEED: speed } = parsed.data;
const simulator = await startSimulator({ telescopes, speed, port });
console.log(`simulator at ${simulator.url}`);
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void simulator.close().then(() => process.exit(0)));
