/** Entry point of the simulator. */
import { SettingsError } from '@sequencer/model/settings';
import { readConfig } from './config.ts';
import { startSimulator } from './simulator.ts';

async function main(): Promise<void> {
  const { telescopes, simulatorSpeed, port, host, allowedHosts } = readConfig(process.env);
  const simulator = await startSimulator({ telescopes, speed: simulatorSpeed, port, host, hosts: allowedHosts });
  console.log(`simulator listening on ${simulator.url}`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
}

await main().catch((error: unknown) => {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exit(1);
});
