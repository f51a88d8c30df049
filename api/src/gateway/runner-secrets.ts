/** The lasting secrets of runners: each is good for the seat of one sequencer, or of all. */
import { SEQUENCER_NAME } from '@sequencer/model';
import { ReloadingFile } from '../lib/reloading-file.ts';
import type { Logger } from '../lib/log.ts';

/** Null for the sequencer: good for each of them. */
export interface RunnerSecret {
  sequencer: string | null;
  token: string;
}

export const RUNNER_TOKEN_LENGTH = 16;

/** Words such as `satp1:secret`; a sequencer may be there twice while its secret is changed. Null when one is wrong. */
export function parseRunnerSecrets(words: readonly string[]): RunnerSecret[] | null {
  const pairs = words.map((word) => {
    const [sequencer = '', token = ''] = word.split(/:(.*)/s);
    return { sequencer, token };
  });
  return pairs.every((p) => SEQUENCER_NAME.test(p.sequencer) && p.token.length >= RUNNER_TOKEN_LENGTH) ? pairs : null;
}

/** The part of the configuration that has runner tokens, or the path of a file of them. */
interface RunnerSecretsConfig {
  runnerTokens: readonly RunnerSecret[];
  runnerTokensFile: string | null;
}

/** Those that count at the moment. Throws when the file of them cannot be used. */
export function runnerSecrets(config: RunnerSecretsConfig, log: Logger): () => readonly RunnerSecret[] {
  const path = config.runnerTokensFile;
  const file = path === null ? null : new ReloadingFile('RUNNER_TOKENS_FILE', path, parseFile, log);
  return () => [...config.runnerTokens, ...(file?.value ?? [])];
}

/** A line for each secret. Throws an Error without what is in it. */
function parseFile(text: string): RunnerSecret[] {
  const lines = text.split('\n').map((line) => line.trim());
  const secrets = parseRunnerSecrets(lines.filter((line) => line !== '' && !line.startsWith('#')));
  if (secrets && secrets.length > 0) return secrets;
  throw new Error('it has to have lines like satp1:secret, each secret with at least 16 characters');
}
