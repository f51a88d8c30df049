/** Where Chromium is on this machine, and how it is started. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../root.ts';

export function launchOptions(...more: string[]): { executablePath: string; args: string[] } {
  const said = execFileSync('sh', [join(root, 'scripts/browser')], { encoding: 'utf8' });
  return {
    executablePath: said.trim().split('\n').at(-1) ?? '',
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...more],
  };
}
