/** The long-lived secrets of runners. Each is valid for one sequencer, or for all. */
import { SEQUENCER_NAME } from '@sequencer/model';
import { ReloadingFile } from '../lib/reloading-file.ts';
import type { Logger } from '../lib/log.ts';

/** A null sequencer: valid for all of them. */
export interface RunnerSecret {
  sequencer: string | null;
  token: string;
}

export const RUNNER_TOKEN_LENGTH = 16;

/** Parses items such as `satp1:secret`. A sequencer may occur twice while its secret is rotated. Null when one is invalid. */
export function parseRunnerSecrets(words: readonly string[]): RunnerSecret[] | null {
  const pairs = words.map((word) => {
    const [sequencer = '', token = ''] = word.split(/:(.*)/s);
    return { sequencer, token };
  });
  return pairs.every((p) => SEQUENCER_NAME.test(p.sequencer) && p.token.length >= RUNNER_TOKEN_LENGTH) ? pairs : null;
}

/** The part of the configuration with runner tokens, or the path of a file with them. */
interface RunnerSecretsConfig {
  runnerTokens: readonly RunnerSecret[];
  runnerTokensFile?: string | undefined;
}

/** Returns a function for the currently valid secrets. Throws when their file is invalid. */
export function runnerSecrets(config: RunnerSecretsConfig, log: Logger): () => readonly RunnerSecret[] {
  const path = config.runnerTokensFile;
  const file = path === undefined ? null : new ReloadingFile('RUNNER_TOKENS_FILE', path, parseFile, log);
  return () => [...config.runnerTokens, ...(file?.value ?? [])];
}

/** One secret a line. The Error does not contain the content of the file. */
function parseFile(text: string): RunnerSecret[] {
  const lines = text.split('\n').map((line) => line.trim());
  const secrets = parseRunnerSecrets(lines.filter((line) => line !== '' && !line.startsWith('#')));
  if (secrets && secrets.length > 0) return secrets;
  throw new Error('it must have lines like satp1:secret, each secret with at least 16 characters');
}
