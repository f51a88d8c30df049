/** Runs the section "Try it with k3d" of docs/kubernetes.md with the real k3d, and uses the site at the printed address. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser } from '@sequencer/testing/api/browser';
import { learn } from '@sequencer/testing/docs/printed';
import { readPage, type Step } from '@sequencer/testing/docs/walk';
import { K3dProject } from '@sequencer/testing/k3d/project';
import { root } from '@sequencer/testing/root';

/** The first command includes the build of images that do not exist yet. */
const BUILD_MS = 600_000;
const UP_MS = 300_000;
/** Limit for a second `make k3d-up`, which builds and imports nothing. */
const QUICK_SECONDS = 60;
/** Time until the site answers after a start of the cluster. */
const ANSWERS = { timeout: 120_000, interval: 500 };
const SCRIPT = 'for i in range(3):\n    print("tick", i)\n';
const RECORD = { phase: 'SUCCEEDED', output: 'tick 0\ntick 1\ntick 2\n' };

let project: K3dProject;
let password = '';
/** The run whose record has to survive. */
let id = '';
beforeAll(async () => {
  project = await K3dProject.make();
});
afterAll(() => project.remove(), 60_000);

/** The commands of the section by their text. */
function documented(): Map<string, string[]> {
  const page = readFileSync(join(root, 'docs/kubernetes.md'), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith('Try it with k3d\n')) ?? '';
  const steps = readPage(section.replaceAll(/^<!-- not run: .*-->$/gm, ''));
  const commands = steps.filter((step): step is Step & { kind: 'command' } => step.kind === 'command');
  return new Map(commands.map(({ command, prints }) => [command, prints]));
}

function expectAsDocumented(command: string, printed: string): void {
  const prints = documented().get(command);
  if (!prints) throw new Error(`docs/kubernetes.md does not have the command ${command}`);
  const shown = project.asByDefault(printed);
  expect(learn(prints, shown, new Map()), `${command}\n${shown.replace(password, '***')}`).not.toBeNull();
}

async function signedIn(): Promise<Browser> {
  const browser = new Browser(
    { url: `http://localhost:${String(project.port)}/api` },
    { origin: `http://localhost:${String(project.port)}` },
  );
  const { data, errors } = await browser.signIn('admin', password);
  if (errors) throw new Error(errors[0]?.message);
  expect(data.signIn.role).toBe('ADMIN');
  return browser;
}

interface Run {
  run: { phase: string; output: { text: string }[] } | null;
}

async function record(): Promise<{ phase: string; output: string }> {
  const browser = await signedIn();
  const query = 'query ($id: ID!) { run(id: $id) { phase output { text } } }';
  const { run } = (await browser.ask<Run>(query, { id })).data;
  return { phase: run?.phase ?? 'no such run', output: run?.output.map(({ text }) => text).join('') ?? '' };
}

/** Includes the time until the site answers. */
const theRecord = () => expect.poll(() => record().catch(String), ANSWERS);

test('names the missing tools, an engine that does not answer, and a port in use, and creates nothing', async () => {
  const withoutTools = await project.try('make k3d-up', { PATH: '/usr/bin:/bin' });
  expect(withoutTools.status).not.toBe(0);
  expect(withoutTools.text).toMatch(/these tools were not found.*\n(.*\n)* {2}k3d: https:\/\/k3d\.io/);

  const withoutEngine = await project.try('make k3d-up', { DOCKER_HOST: `unix://${project.folder}/none.sock` });
  expect(withoutEngine.status).not.toBe(0);
  expect(withoutEngine.text).toContain('the Docker engine does not answer');

  const other = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const port = String((other.address() as AddressInfo).port);
  const taken = await project.try('make k3d-up', { PORT: port });
  other.close();
  expect(taken.status).not.toBe(0);
  expect(taken.text).toContain(`another program uses port ${port} of 127.0.0.1. Choose another: make k3d-up`);

  expect(await project.type('docker ps --all')).not.toContain(project.cluster);
}, 60_000);

test(
  'make k3d-up prints an address and a password, with which a script can be run',
  async () => {
    const printed = await project.type('make k3d-up');
    password = /^ {2}Password {2}(\S+) /m.exec(printed)?.[1] ?? '';
    expect(password).toMatch(/^([0-9a-f]{4}-){4}[0-9a-f]{4}$/);
    expectAsDocumented('make k3d-up', printed);
    console.log(/Sequencer is ready .*/.exec(printed)?.[0]);

    const browser = await signedIn();
    const mutation = 'mutation ($input: SubmitRunInput!) { submitRun(input: $input) { id } }';
    const input = { sequencer: 'satp1', script: SCRIPT };
    id = (await browser.ask<{ submitRun: { id: string } }>(mutation, { input })).data.submitRun.id;
    await theRecord().toStrictEqual(RECORD);
  },
  BUILD_MS,
);

test(
  'k3d cluster stop and start keep the record and the users',
  async () => {
    await project.type(`k3d cluster stop ${project.cluster}`);
    await project.type(`k3d cluster start ${project.cluster} --timeout 120s`);
    await theRecord().toStrictEqual(RECORD);
  },
  UP_MS,
);

test(
  'a second make k3d-up replaces nothing, and describes how to reset the password',
  async () => {
    const before = await project.pods();
    const { status, text, seconds } = await project.try('make k3d-up');
    expect(status).toBe(0);
    expect(seconds).toBeLessThan(QUICK_SECONDS);
    expect(text).not.toContain('importing');
    expect(text).not.toContain(password);
    expect(project.asByDefault(text)).toContain('To set a new one: make k3d-up RESET_PASSWORD=1');
    expect(await project.pods()).toStrictEqual(before);
  },
  UP_MS,
);

test(
  'make k3d-up starts a stopped cluster, and replaces only the part whose code has changed',
  async () => {
    const before = await project.generations();
    await project.type(`k3d cluster stop ${project.cluster}`);
    project.change('simulator/src/main.ts', '// A change.');
    const printed = await project.type('make k3d-up RESET_PASSWORD=1', project.withFailingImports());
    for (const number of [1, 2, 3]) expect(printed).toContain(`importing 1 of 6 images (try ${String(number)} of 3)`);
    const old = password;
    password = /^ {2}Password {2}(\S+) /m.exec(printed)?.[1] ?? '';
    expect(password).not.toBe(old);
    await theRecord().toStrictEqual(RECORD);
    const after = await project.generations();
    const changed = Object.keys(after).filter((part) => after[part] !== before[part]);
    expect(changed.toSorted()).toStrictEqual(['api', 'simulator']);
  },
  UP_MS,
);

test(
  'make k3d-down names what it deletes, and leaves no container or volume',
  async () => {
    const volumes = await project.type(
      `docker inspect --format '{{range .Mounts}}{{.Name}} {{end}}' k3d-${project.cluster}-server-0`,
    );
    expectAsDocumented('make k3d-down', await project.type('make k3d-down'));
    expect(await project.type('docker ps --all')).not.toContain(project.cluster);
    const left = await project.type('docker volume ls --quiet');
    for (const volume of volumes.split(/\s+/).filter(Boolean)) expect(left).not.toContain(volume);
    expect(await project.type('make k3d-down')).toContain('Nothing was deleted');
  },
  UP_MS,
);
