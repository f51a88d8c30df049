/** The entry point of the API process. */
import { readConfig } from './config.ts';
import { errorSentence } from './lib/log-error.ts';
import { makeLog } from './lib/log.ts';
import { startApi, type Api } from './server.ts';

const GRACE_MS = 4000;

// The C library repeats a lost DNS query after 5 s. With 1 s, the API connects soon after a silent DNS server answers again.
process.env.RES_OPTIONS ??= 'timeout:1 attempts:3';

function fail(error: unknown): never {
  console.error(errorSentence(error));
  process.exit(1);
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = makeLog(config.logLevel);
  let api: Api | null = null;
  const stop = (signal: string) => {
    log.info({ signal }, 'shutting down');
    setTimeout(() => process.exit(0), GRACE_MS).unref();
    void (api?.close() ?? Promise.resolve()).then(() => process.exit(0), fail);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  api = await startApi(config, log);
  log.info({ url: api.url }, 'listening');
  await api.failure;
}

await main().catch(fail);
