/** A DNS server whose machine is lost does not answer, so that each lookup of the database waits until it times out. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { spawnApiProcess, type ApiProcess } from '@sequencer/testing/api/api-process';
import { DnsServer } from '@sequencer/testing/api/dns-server';
import { TOKEN, newDatabase } from '@sequencer/testing/api/running-api';

const NAME = 'postgres.example.test';
const ADDRESS = '127.53.0.53';
/** As in a pod of Kubernetes. */
const RESOLV_CONF = `nameserver ${ADDRESS}\nsearch svc.cluster.local cluster.local\noptions ndots:5\n`;
const READY_WITHIN_MS = 5000;

// Only root may listen on port 53, and replace the resolver of a process.
const isRoot = process.getuid?.() === 0;
let dns: DnsServer;
let database: string;
const apis: ApiProcess[] = [];
beforeAll(async () => {
  if (!isRoot) return;
  database = await newDatabase();
  dns = await DnsServer.listen(ADDRESS, NAME);
});
afterAll(async () => {
  for (const api of apis) await api.stop();
  if (isRoot) dns.close();
});

async function startApi(): Promise<ApiProcess> {
  const file = join(mkdtempSync(join(tmpdir(), 'silent-dns-')), 'resolv.conf');
  writeFileSync(file, RESOLV_CONF);
  const url = new URL(database);
  url.hostname = NAME;
  const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
  const wrapper = ['unshare', '--mount', 'sh', '-c', script, file];
  const api = await spawnApiProcess({ DATABASE_URL: url.href, RUNNER_TOKEN: TOKEN }, wrapper);
  apis.push(api);
  return api;
}

async function statusOf(path: string, api: ApiProcess): Promise<number> {
  return (await fetch(`${api.url}${path}`)).status;
}

/** Since the time, in ms. */
const since = (begun: number) => performance.now() - begun;

test.runIf(isRoot)('an API that starts waits, and is ready soon after', { timeout: 120_000 }, async () => {
  dns.isSilent = true;
  const starting = startApi();
  // Longer than the first lookups take.
  await vi.waitFor(
    () => {
      expect(dns.swallowed).toBeGreaterThan(12);
    },
    { timeout: 60_000, interval: 100 },
  );
  dns.isSilent = false;
  const begun = performance.now();
  const api = await starting;
  expect(await statusOf('/readyz', api)).toBe(200);
  expect(since(begun)).toBeLessThan(READY_WITHIN_MS);
});

test.runIf(isRoot)(
  'a running API stays alive, is not ready, and is ready soon after',
  { timeout: 120_000 },
  async () => {
    const api = apis[0] ?? (await startApi());
    dns.isSilent = true;
    dns.swallowed = 0;
    const admin = new pg.Client({ connectionString: database });
    await admin.connect();
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'sequencer-api%'",
    );
    await admin.end();
    await vi.waitFor(
      async () => {
        expect(await statusOf('/readyz', api)).toBe(503);
        expect(await statusOf('/healthz', api)).toBe(200);
        expect(dns.swallowed).toBeGreaterThan(12);
      },
      { timeout: 60_000, interval: 100 },
    );
    dns.isSilent = false;
    const begun = performance.now();
    await vi.waitFor(
      async () => {
        expect(await statusOf('/readyz', api)).toBe(200);
      },
      { timeout: 60_000, interval: 50 },
    );
    expect(since(begun)).toBeLessThan(READY_WITHIN_MS);
    expect(api.process.exitCode).toBeNull();
  },
);
