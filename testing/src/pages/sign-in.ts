/** A site whose users sign in with a password. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { root } from '../root.ts';
import { Stack } from '../stack/stack.ts';

export const PASSWORD = 'correct horse battery staple';

/** Starts a stack with a users file. @param users such as `vera:viewer`; all have the same password */
export function startWith(users: readonly string[], env: Record<string, string> = {}): Promise<Stack> {
  const file = join(mkdtempSync(join(tmpdir(), 'sequencer-users-')), 'users');
  const line = execFileSync(join(root, 'bin/sequencer'), ['hash-password', 'otto'], { input: PASSWORD }).toString();
  const hash = line.split(':')[2] ?? '';
  writeFileSync(file, users.map((user) => `${user}:${hash}`).join(''));
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
