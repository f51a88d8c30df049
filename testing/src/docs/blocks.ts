/** The code blocks of docs/small-site.md, by heading. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.ts';

const page = readFileSync(join(root, 'docs/small-site.md'), 'utf8');

/** The blocks of a language below the heading, in order. @throws if there is none, because the page has changed */
export function blocks(heading: string, language: 'sh' | 'nginx' | 'yaml'): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/small-site.md has no heading "${heading}"`);
  const found = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter((match) => match[1] === language);
  if (found.length === 0) throw new Error(`docs/small-site.md has no ${language} block below "${heading}"`);
  return found.map((match) => match[2] ?? '');
}
