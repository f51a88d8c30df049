/** A site on a cluster whose nodes have the images: its values, its certificate, and requests through the ingress. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { stringify } from 'yaml';
import { root } from '../root.ts';
import { CHART, helm, kubectl } from './helm.ts';

const HOST = 'site.test';
export const PASSWORD = 'a password for a test';
const PATH = '/nextline/';

/** The https port of the ingress on this machine. */
const PORT = Number(process.env.SEQ_INGRESS_HTTPS);

export interface Site {
  /** The address of the pages. */
  url: string;
  values: string;
  certificate: string;
  key: string;
}

/** @param overrides top-level values that replace those of this site */
export function makeSite(overrides: Record<string, unknown> = {}): Site {
  if (!PORT) throw new Error('These tests need an ingress: set SEQ_INGRESS_HTTPS to its https port on 127.0.0.1.');
  const folder = mkdtempSync(join(tmpdir(), 'sequencer-site-'));
  const [certificate, key, values] = ['tls.crt', 'tls.key', 'values.yaml'].map((name) => join(folder, name));
  if (!certificate || !key || !values) throw new Error('unreachable');
  const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`];
  const out = ['-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...out], {
    stdio: 'ignore',
  });
  const hash = join(root, 'api/src/auth/hash-password.ts');
  const user = execFileSync('node', [hash, 'alice', 'admin'], { input: PASSWORD, encoding: 'utf8' }).trim();
  const url = `https://${HOST}:${String(PORT)}${PATH}`;
  writeFileSync(
    values,
    stringify({
      publicUrl: url,
      auth: { modes: ['password'], password: { users: [user] } },
      database: { bundled: { enabled: true, persistent: false } },
      simulator: { enabled: true },
      sequencers: { satp1: { mode: 'Queue', recordGraceSeconds: 10 } },
      ingress: { enabled: true, host: HOST, path: PATH, tls: { enabled: true, secretName: 'site-tls' } },
      ...overrides,
    }),
  );
  return { url, values, certificate, key };
}

export interface Answer {
  status: number;
  body: string;
  cookie: string | undefined;
}

/** Creates the certificate's secret, then installs the chart. Returns the output of helm. */
export async function install(site: Site, namespace: string): Promise<string> {
  const files = [`--cert=${site.certificate}`, `--key=${site.key}`];
  await kubectl(['create', 'secret', 'tls', 'site-tls', '--namespace', namespace, ...files]);
  const wait = ['--wait', '--timeout', '5m', '--values', site.values];
  return helm('install', 'sequencer', CHART, '--take-ownership', '--namespace', namespace, ...wait);
}

/** Signs in; returns the cookie of the session. */
export async function signIn(site: Site): Promise<string> {
  const mutation = `mutation { signIn(name: "alice", password: "${PASSWORD}") { name } }`;
  const { body, cookie } = await ask(site, 'api/graphql', mutation);
  if (body !== '{"data":{"signIn":{"name":"alice"}}}' || cookie === undefined) throw new Error(body);
  return cookie;
}

/** The data of a response. @throws its errors */
export async function data<T>(site: Site, query: string, cookie: string): Promise<T> {
  const { body } = await ask(site, 'api/graphql', query, cookie);
  const { data, errors } = JSON.parse(body) as { data?: T; errors?: { message: string }[] };
  if (errors || !data) throw new Error(body);
  return data;
}

/** Sends a request through the ingress, as a browser on the site's pages does. */
export function ask(site: Site, path: string, query?: string, cookie?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const origin = `https://${HOST}:${String(PORT)}`;
    const body = query === undefined ? undefined : JSON.stringify({ query });
    const sent = request(
      {
        host: '127.0.0.1',
        port: PORT,
        servername: HOST,
        ca: readFileSync(site.certificate),
        path: PATH + path,
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          host: `${HOST}:${String(PORT)}`,
          ...(body !== undefined && { origin, 'content-type': 'application/json', 'content-length': body.length }),
          ...(cookie !== undefined && { cookie }),
        },
        timeout: 30_000,
      },
      (response) => {
        const newCookie = response.headers['set-cookie']?.[0]?.split(';', 1)[0];
        text(response).then((all) => {
          resolve({ status: response.statusCode ?? 0, body: all, cookie: newCookie });
        }, reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
