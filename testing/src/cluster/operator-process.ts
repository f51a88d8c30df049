/** The operator as a process of its own, as in a pod. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../root.ts';

export const MAIN = join(root, 'operator/src/main.ts');

/** Those of Node.js that the image has. */
const FLAGS =
  /^CMD \["node", (.*), "[^"]*"\]$/m
    .exec(readFileSync(join(root, 'operator/Dockerfile'), 'utf8'))?.[1]
    ?.split(', ')
    .map((flag) => JSON.parse(flag) as string) ?? [];

export interface OperatorProcess {
  process: ChildProcess;
  url: string;
}

/** @param env what is different from the settings that the tests have in common */
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
      reject(new Error(`the operator ${identity} ended at once`));
    });
    createInterface(child.stdout).on('line', (line) => {
      const said = JSON.parse(line) as { port?: number };
      if (said.port !== undefined) resolve(said.port);
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

export async function leads(operator: OperatorProcess): Promise<boolean> {
  return (await get(operator, '/metrics')).includes('sequencer_operator_leads 1');
}
