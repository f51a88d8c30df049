/** An API with a database of its own, a GraphQL client, and a runner whose protocol messages the test sends. */
import { once } from 'node:events';
import type { AnyEvent, CommandMessage, Hello, ToRunner } from '@sequencer/model';
import pg from 'pg';
import { expect, inject, vi } from 'vitest';
import { WebSocket } from 'ws';
import { readConfig } from '@sequencer/api/config';
import { makeLog } from '@sequencer/api/lib/log';
import { startApi, type Api } from '@sequencer/api/server';

export const TOKEN = 'a-token-for-tests-0123456789';

let databases = 0;

export async function newDatabase(): Promise<string> {
  const server = inject('postgres');
  const name = `test_${String(process.pid)}_${String(++databases)}`;
  const client = new pg.Client({ connectionString: `${server}/postgres` });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return `${server}/${name}`;
}

export function start(databaseUrl: string, env: Record<string, string> = {}): Promise<Api> {
  const config = readConfig({ PORT: '0', DATABASE_URL: databaseUrl, RUNNER_TOKEN: TOKEN, USER_NAME: 'tester', ...env });
  return startApi(config, makeLog('silent'));
}

export interface Answer<T> {
  data: T;
  errors?: { message: string; extensions: { code: string; remedy?: string } }[];
}

export async function ask<T>(
  api: Pick<Api, 'url'>,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Answer<T>> {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer<T>;
}

export async function submit(
  api: Api,
  input: Record<string, unknown> = {},
): Promise<Answer<{ submitRun: { id: string; number: number; phase: string } }>> {
  return ask(api, 'mutation ($input: SubmitRunInput!) { submitRun(input: $input) { id number phase } }', {
    input: { sequencer: 'satp1', script: 'x = 1\n', ...input },
  });
}

/** The tokens of started runs, as a runner keeps them in its folder. */
export const runTokens = new Map<string, string>();

/** The runner's side of the protocol. It replies to commands automatically, and sends the events of the test. */
export class TestRunner {
  readonly received: ToRunner[] = [];
  readonly started: string[] = [];
  /** The reply to a command; ok by default. */
  answer: (command: CommandMessage['command']) => Record<string, unknown> = () => ({ ok: true });
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as ToRunner;
      this.received.push(message);
      if (message.type !== 'command') return;
      const { command } = message;
      if (command.name === 'start') this.started.push(command.run);
      if (command.name === 'start' && command.token !== undefined) runTokens.set(command.run, command.token);
      const result = command.name === 'check' ? { result: [] } : {};
      this.#send({ type: 'reply', id: message.id, ...result, ...this.answer(command) });
    });
  }

  static async connect(
    api: Pick<Api, 'url'>,
    runs: Hello['runs'] = [],
    { token = TOKEN, sequencer = 'satp1', showsTokens = true, python = '3.13.0' } = {},
  ): Promise<TestRunner> {
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}/runner`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    const runner = new TestRunner(socket);
    runner.#send({
      type: 'hello',
      protocol: 1,
      sequencer,
      instance: 'test',
      python,
      hostname: `daq-${sequencer}-sequencer`,
      packages: {},
      problems: [],
      runs: showsTokens ? runs.map((run) => ({ token: runTokens.get(run.run), ...run })) : runs,
      ...(showsTokens ? { runTokens: true } : {}),
    });
    return runner;
  }

  /** Resolves to the close code. */
  async closed(): Promise<number> {
    const [code] = (await once(this.#socket, 'close')) as [number];
    return code;
  }

  get acked(): number {
    return this.received.reduce((seq, message) => (message.type === 'ack' ? message.seq : seq), 0);
  }

  #send(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  events(run: string, events: AnyEvent[], token = runTokens.get(run)): void {
    this.#send({ type: 'events', run, token, events });
  }

  raw(text: string): void {
    this.#socket.send(text);
  }

  leave(): void {
    this.#socket.terminate();
  }
}

const at = '2026-11-24T04:00:00.000Z';

/** The events of a small run: started, `count` pieces of output, ended. */
export function record(count: number, outcome = 'SUCCEEDED'): AnyEvent[] {
  const started = {
    type: 'started',
    statements: [{ index: 0, firstLine: 1, lastLine: 1 }],
    pid: 1,
    hostname: 'h',
    python: '3.13.0',
    packages: {},
  };
  const output = Array.from({ length: count }, (_, i) => ({
    type: 'output',
    stream: 'STDOUT',
    text: `line ${String(i)}\n`,
  }));
  const ended = { type: 'ended', outcome, exitCode: outcome === 'SUCCEEDED' ? 0 : 1, reason: 'the reason of the test' };
  return [started, ...output, ended].map((event, index) => ({ ...event, seq: index + 1, at }));
}

/** Waits until the check passes. */
export const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 20 });

export async function phaseOf(api: Api, id: string): Promise<string> {
  const { data } = await ask<{ run: { phase: string } }>(api, 'query ($id: ID!) { run(id: $id) { phase } }', { id });
  return data.run.phase;
}

/** The output of the run. */
export async function outputOf(api: Api, id: string): Promise<string> {
  const { data } = await ask<{ run: { output: { text: string }[] } }>(
    api,
    'query ($id: ID!) { run(id: $id) { output(first: 5000) { text } } }',
    { id },
  );
  return data.run.output.map((piece) => piece.text).join('');
}

/** Submits a run and waits until the runner has received it. */
export async function startedRun(api: Api, runner: TestRunner): Promise<string> {
  const { data } = await submit(api);
  const { id } = data.submitRun;
  await until(() => {
    expect(runner.started).toContain(id);
  });
  return id;
}
