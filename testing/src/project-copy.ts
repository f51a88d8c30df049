/** A copy of the project for tests that run its commands and change its files. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './root.ts';

/** Copies the tracked and the untracked files of the repository, without ignored ones. Returns the new folder. */
export function copyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sequencer-site-'));
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const file of new Set(files.toString().split('\0').filter(Boolean))) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  return folder;
}
