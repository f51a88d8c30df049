/** Fixtures of the small site: one that is installed as docs/small-site.md describes, and a user at its pages. */
import { execFileSync } from 'node:child_process';
import { test as base, expect, type Page } from '@playwright/test';
import { PASSWORD, Site } from '@sequencer/testing/small-site/site';

export class Person {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async signIn(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.getByLabel('Name').fill('alice');
    await this.page.getByLabel('Password').fill(PASSWORD);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await expect(this.page.getByText('Live ·')).toBeVisible();
  }

  /** Sends a query as the page does: with its cookie and through the same proxies. */
  async query<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const answer = await this.page.evaluate(async (body) => {
      const api = document.querySelector<HTMLMetaElement>('meta[name=api]')?.content ?? '';
      const address = new URL('graphql', new URL(api, document.baseURI));
      const response = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      return response.text();
    }, JSON.stringify({ query, variables }));
    const { data, errors } = JSON.parse(answer) as { data?: T; errors?: { message: string }[] };
    if (errors || !data) throw new Error(answer);
    return data;
  }

  async submit(script: string): Promise<string> {
    const { submitRun } = await this.query<{ submitRun: { id: string } }>(
      'mutation ($input: SubmitRunInput!) { submitRun(input: $input) { id } }',
      { input: { sequencer: 'satp1', script } },
    );
    return submitRun.id;
  }

  async phase(id: string): Promise<string> {
    const { run } = await this.query<{ run: { phase: string } | null }>('query ($id: ID!) { run(id: $id) { phase } }', {
      id,
    });
    return run?.phase ?? 'no such run';
  }

  /** The standard output of the script. */
  async output(id: string): Promise<string> {
    const { run } = await this.query<{ run: { output: { text: string; stream: string }[] } }>(
      'query ($id: ID!) { run(id: $id) { output(first: 5000) { text stream } } }',
      { id },
    );
    return run.output.map((piece) => (piece.stream === 'STDOUT' ? piece.text : '')).join('');
  }

  async until(id: string, phase: string): Promise<void> {
    // The API may be unreachable meanwhile.
    await expect.poll(() => this.phase(id).catch(String), { timeout: 60_000 }).toBe(phase);
  }
}

export const test = base.extend<{ person: Person; logOfFailure: undefined }, { site: Site; installed: Site }>({
  site: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from the pattern.
    async ({}, use) => {
      // Fails with docker's own message if there is no engine.
      execFileSync('docker', ['version'], { stdio: ['ignore', 'ignore', 'inherit'] });
      const site = await Site.make();
      try {
        await use(site);
      } finally {
        site.remove();
      }
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  installed: [
    async ({ site }, use) => {
      site.follow('Install');
      await use(site);
    },
    // Includes the build of images that do not exist yet.
    { scope: 'worker', timeout: 420_000 },
  ],
  baseURL: async ({ site }, use) => {
    await use(site.url);
  },
  person: async ({ page }, use) => {
    await use(new Person(page));
  },
  logOfFailure: [
    async ({ site }, use, info) => {
      await use(undefined);
      if (info.status !== info.expectedStatus)
        console.log(site.try('docker compose ps --all; docker compose logs --tail 40').text);
    },
    { auto: true },
  ],
});

export { expect } from '@playwright/test';
