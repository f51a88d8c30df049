/** helm and kubectl as subprocesses. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { root } from '../root.ts';

const run = promisify(execFile);

export const CHART = join(root, 'charts/sequencer');
export const EXAMPLES = readdirSync(join(CHART, 'examples'));
/** The example `try-out.yaml` leaves the first user to the site. */
const USER = 'auth.password.users={alice:admin:scrypt$1$1$1$of-a-test$of-a-test}';
/** Rendering does not contact a cluster, so it needs the version. */
const VERSION = ['--kube-version', '1.34.0'];

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
}

/** Runs the program and returns its output. Rejects with its error output. */
async function execute(program: string, args: string[], input?: string): Promise<{ stdout: string; stderr: string }> {
  const child = run(program, args, { maxBuffer: 64 * 1024 * 1024, timeout: 400_000 });
  child.child.stdin?.end(input);
  return child;
}

export async function helm(...args: string[]): Promise<string> {
  return (await execute('helm', args)).stdout;
}

export async function kubectl(args: string[], input?: string): Promise<{ stdout: string; stderr: string }> {
  return execute('kubectl', args, input);
}

/** The helm options for the values of an example. */
export function valuesOf(example: string): string[] {
  const file = join(CHART, 'examples', example);
  const lacksUser = example === 'try-out.yaml' ? ['--set', USER] : [];
  if (!readFileSync(file, 'utf8').includes('auth:')) throw new Error(`${example} sets no sign-in`);
  return ['--values', file, ...lacksUser];
}

export async function render(namespace: string, ...args: string[]): Promise<string> {
  return helm('template', 'sequencer', CHART, '--namespace', namespace, ...VERSION, ...args);
}

export function manifests(text: string): Manifest[] {
  return parseAllDocuments(text, { version: '1.1' })
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null);
}
