/** A site with people who sign in with a password. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { root } from '../root.ts';
import { Stack } from '../stack/stack.ts';

export const PASSWORD = 'correct horse battery staple';

/** A stack with these in its users file, such as `vera:viewer`; all of them have the same password. */
export function startWith(people: readonly string[], env: Record<string, string> = {}): Promise<Stack> {
  const file = join(mkdtempSync(join(tmpdir(), 'sequencer-users-')), 'users');
  const line = execFileSync(join(root, 'bin/sequencer'), ['hash-password', 'otto'], { input: PASSWORD }).toString();
  const hash = line.split(':')[2] ?? '';
  writeFileSync(file, people.map((person) => `${person}:${hash}`).join(''));
  return Stack.start({ AUTH: 'password', USERS_FILE: file, ...env });
}

export async function fillSignIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export async function signIn(page: Page, url: string, name: string, password = PASSWORD): Promise<void> {
  await page.goto(url);
  await fillSignIn(page, name, password);
  await expect(page.getByText('Live ·')).toBeVisible();
}
