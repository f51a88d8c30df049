/** Path and options of Chromium on this machine. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../root.ts';

export function launchOptions(...more: string[]): { executablePath: string; args: string[] } {
  const output = execFileSync('sh', [join(root, 'scripts/browser')], { encoding: 'utf8' });
  return {
    executablePath: output.trim().split('\n').at(-1) ?? '',
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...more],
  };
}
