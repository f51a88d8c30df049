/** The environment variables of the command line. `docs/configuration.md` is generated from them. */
import { documentation, readSettings, type Environment } from '@sequencer/model/settings';
import { z } from 'zod';

export const schema = z.object({
  SEQUENCER_URL: z.string().prefault('http://127.0.0.1:8000').register(documentation, {
    description: 'the address of the API. The option `--server` takes precedence',
    example: 'https://site.example/nextline/',
  }),
  SEQUENCER: z.string().optional().register(documentation, {
    description: 'the telescope. The option `--sequencer` takes precedence',
    unset: 'the only one, if there is one',
    example: 'satp1',
  }),
  SEQUENCER_TOKEN_FILE: z.string().optional().register(documentation, {
    description:
      'a file with an API token, where the server requires sign-in. The option `--token-file` takes precedence',
    example: '/run/secrets/sequencer-token',
  }),
  SEQUENCER_TOKEN: z.string().trim().optional().register(documentation, {
    description: 'the API token itself, if no file is named',
    example: 'seq_the-43-characters-that-the-page-showed-once',
    secret: true,
  }),
});

/** @throws SettingsError that lists all problems */
export function readConfig(env: Environment) {
  return readSettings('the command line', schema, env);
}
