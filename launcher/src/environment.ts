/** The environment that the launcher passes to the programs. */
import { documentation, type Environment } from '@sequencer/model/settings';
import { schema } from './config.ts';

/** Secrets of the launcher, and others that only the API reads or that the launcher sets. */
const SECRETS = new Set([
  ...Object.entries(schema.shape).flatMap(([name, field]) => (documentation.get(field)?.secret ? [name] : [])),
  'RUNNER_TOKEN',
  'RUNNER_TOKENS',
  'RUN_TOKEN_KEY',
  'RUN_TOKEN_KEY_BEFORE',
]);

/** The environment without secrets, and without the variables that configure database clients. */
export function withoutSecrets(env: Environment): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRETS.has(name) && !/^PG[A-Z]+$/.test(name)));
}
