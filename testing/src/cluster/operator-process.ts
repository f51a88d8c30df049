/** The operator as a separate process, as in a pod. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../root.ts';

export const MAIN = join(root, 'operator/src/main.ts');

/** The options of Node.js in the image. */
const FLAGS =
  /^CMD \["node", (.*), "[^"]*"\]$/m
    .exec(readFileSync(join(root, 'operator/Dockerfile'), 'utf8'))?.[1]
    ?.split(', ')
    .map((flag) => JSON.parse(flag) as string) ?? [];

export interface OperatorProcess {
  process: ChildProcess;
  url: string;
}

/** @param env settings that differ from those of all tests */
export async function startProcess(
  namespace: string,
  identity: string,
  env: Record<string, string> = {},
): Promise<OperatorProcess> {
  const child = spawn(process.execPath, [...FLAGS, MAIN], {
    env: {
      ...process.env,
      NAMESPACE: namespace,
      GATEWAY_URL: 'ws://nowhere.invalid:8000/runner',
      RUN_TOKEN_KEY: 'a key for the tests, 32 characters or more',
      IDENTITY: identity,
      HOST: '127.0.0.1',
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', () => {
      reject(new Error(`the operator ${identity} ended before it was ready`));
    });
    createInterface(child.stdout).on('line', (line) => {
      const entry = JSON.parse(line) as { port?: number };
      if (entry.port !== undefined) resolve(entry.port);
    });
  });
  return { process: child, url: `http://127.0.0.1:${String(port)}` };
}

export async function get(operator: OperatorProcess, path: string): Promise<string> {
  const response = await fetch(operator.url + path);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${text}`);
  return text;
}

export async function isLeader(operator: OperatorProcess): Promise<boolean> {
  return (await get(operator, '/metrics')).includes('sequencer_operator_leads 1');
}
