/** A client with a cookie jar, like a browser, and a users file for sign-in. */
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { hashPassword } from '@sequencer/api/auth/password';
import type { Api } from '@sequencer/api/server';
import type { Answer } from './running-api.ts';

export const PASSWORD = 'correct horse battery staple';

/** Writes a users file. @param people such as `vera:viewer`; all have the same password */
export async function usersFile(...people: string[]): Promise<string> {
  const hash = await hashPassword(PASSWORD);
  const file = join(mkdtempSync(join(tmpdir(), 'sequencer-users-')), 'users');
  writeFileSync(file, people.map((person) => `${person}:${hash}\n`).join(''));
  return file;
}

export class Browser {
  cookie = '';
  /** The Set-Cookie header of the last response. */
  setCookie = '';
  readonly #api: Pick<Api, 'url'>;
  readonly headers: Record<string, string>;

  /** @param api with the address whose path `graphql` is requested */
  constructor(api: Pick<Api, 'url'>, headers: Record<string, string> = {}) {
    this.#api = api;
    this.headers = headers;
  }

  static async signedIn(api: Api, name: string): Promise<Browser> {
    const browser = new Browser(api);
    const answer = await browser.signIn(name);
    if (answer.errors) throw new Error(answer.errors[0]?.message);
    return browser;
  }

  async ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<Answer<T>> {
    const cookie: Record<string, string> = this.cookie ? { cookie: this.cookie } : {};
    const response = await fetch(`${this.#api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...cookie, ...this.headers },
      body: JSON.stringify({ query, variables }),
    });
    this.setCookie = response.headers.get('set-cookie') ?? '';
    if (this.setCookie) this.cookie = this.setCookie.split(';')[0] ?? '';
    return (await response.json()) as Answer<T>;
  }

  signIn(name: string, password = PASSWORD): Promise<Answer<{ signIn: { name: string; role: string } }>> {
    return this.ask(
      'mutation ($name: String!, $password: String!) { signIn(name: $name, password: $password) { name role } }',
      {
        name,
        password,
      },
    );
  }

  /** The error code, or null when the request succeeded. */
  async code(query: string, variables: Record<string, unknown> = {}): Promise<string | null> {
    return (await this.ask(query, variables)).errors?.[0]?.extensions.code ?? null;
  }

  async me(): Promise<string | null> {
    const { data } = await this.ask<{ access: { me: { name: string } | null } }>('{ access { me { name } } }');
    return data.access.me?.name ?? null;
  }

  /** Opens a websocket and sends `connection_init`; resolves to its first message or its close code. */
  async socket(init: Record<string, unknown> = {}): Promise<{ socket: WebSocket; first: string | number }> {
    const socket = new WebSocket(`${this.#api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { ...(this.cookie ? { cookie: this.cookie } : {}), ...this.headers },
    });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: init }));
    const first = await new Promise<string | number>((resolve) => {
      socket.once('message', (data: Buffer) => {
        resolve((JSON.parse(data.toString()) as { type: string }).type);
      });
      socket.once('close', resolve);
    });
    return { socket, first };
  }
}
