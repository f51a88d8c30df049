/** Creates the parts of the API, connects them, and starts the HTTP server. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SequencerError, isFinal } from '@sequencer/model';
import { AuditLog } from './auth/audit-log.ts';
import { Control } from './control/control.ts';
import { Authenticator, authenticate } from './auth/authenticator.ts';
import { ProviderSignIn } from './auth/provider-sign-in.ts';
import { PasswordSignIn } from './auth/password-sign-in.ts';
import type { Config } from './config.ts';
import { UnreadAnswers } from './graphql/core/answer-budget.ts';
import type { Context } from './graphql/core/context.ts';
import { SocketFlows } from './graphql/core/socket-flow.ts';
import { makeYoga, serveWebsockets, type NodeContext } from './graphql/yoga.ts';
import { makeGuard } from './http/guard.ts';
import { makeMetrics } from './lib/metrics.ts';
import { addressKey, makeClientAddresses } from './lib/client-address.ts';
import { makeRouter } from './http/router.ts';
import { staticFiles } from './http/static-files.ts';
import { TrustedProxies } from './lib/trusted-proxies.ts';
import { routeUpgrades } from './http/upgrades.ts';
import type { Logger } from './lib/log.ts';
import { packageFile } from './lib/package-file.ts';
import { LiveRuns } from './runs/live-runs.ts';
import { Preflight } from './preflight/preflight.ts';
import { OutputSearch } from './runs/output-search.ts';
import { makeRunParts } from './run-parts.ts';
import { SequencerStates } from './runs/sequencer-states.ts';
import { Watchers } from './runs/watchers.ts';
import { openDatabase } from './store/database.ts';
import { retryWhileUnreachable } from './store/retry.ts';
import { activeRuns } from './store/run-store.ts';
import { Ruff } from './syntax/ruff.ts';

export interface Api {
  url: string;
  /** Rejects when only a new process can help: the tables of the database have disappeared. */
  failure: Promise<never>;
  close: () => Promise<void>;
}

function readVersion(): string {
  return (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
}

export async function startApi(config: Config, log: Logger): Promise<Api> {
  const database = await openDatabase(config.databaseUrl, log);
  const { db } = database;
  const sequencerStates = new SequencerStates(db, config.kubernetes ? [] : config.sequencers);
  const liveRuns = new LiveRuns(db);
  const outputSearch = new OutputSearch(db);
  await retryWhileUnreachable(log, async () => {
    for (const row of await activeRuns(db)) await liveRuns.open(row);
  });

  const metrics = makeMetrics();
  const watchers = new Watchers();
  const ruff = new Ruff(log);
  const deps = { config, db, log, liveRuns, sequencerStates, metrics, watchers, ruff };
  const { runs, queue, scheduler, estimates, gateway, runnerServer, recorder } = makeRunParts(deps);
  const { backend } = runs;
  const preflight = new Preflight({ db, backend, sequencerStates, estimates });
  await runs.begin();
  scheduler.begin();
  estimates.begin();

  const version = readVersion();
  const proxies = new TrustedProxies(config.auth.trustedProxies, log);
  await proxies.begin();
  const clientAddresses = makeClientAddresses(proxies, config.auth.publicUrl);
  const authenticator = new Authenticator(config, clientAddresses, db, log);
  await retryWhileUnreachable(log, async () => authenticator.passwordUsers?.accounts.requireEnforcedScopes());
  const audit = new AuditLog(db, log);
  const parts = {
    authenticator,
    audit,
    passwords: new PasswordSignIn(authenticator),
    control: new Control(db, sequencerStates, config.controlLock),
  };
  const answers = new UnreadAnswers();
  const flows = new SocketFlows(log);
  const context = async ({ req, res }: NodeContext): Promise<Context> => {
    const { identity, user } = await authenticate(authenticator, req);
    const access = { ...parts, identity, address: clientAddresses.address(req), request: req, response: res ?? null };
    const answer = answers.open(identity?.user.name ?? access.address);
    res?.once('close', () => {
      answer.release();
    });
    const flow = res ? null : flows.of(req);
    return {
      user,
      access,
      db,
      sequencerStates,
      liveRuns,
      backend,
      queue,
      scheduler,
      estimates,
      preflight,
      outputSearch,
      watchers,
      version,
      site: config.site,
      answer,
      flow,
    };
  };
  const { oidc, publicUrl } = config.auth;
  const provider =
    authenticator.oidc &&
    oidc &&
    new ProviderSignIn(authenticator.oidc, publicUrl ?? oidc.base, authenticator, audit, log);
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  const guard = makeGuard(config);
  const callerOf = async (request: IncomingMessage) => {
    const { identity } = await authenticate(authenticator, request);
    return { audit, identity, address: clientAddresses.address(request) };
  };
  const yoga = makeYoga(context, callerOf, log);
  const pages = config.webDir === undefined ? null : staticFiles(config.webDir);
  const server = createServer(
    // Limits how long slow clients can occupy connections.
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: 2000,
    },
    makeRouter({
      guard,
      graphql: async (request, response) => {
        await yoga.handle(request, response, { req: request, res: response });
      },
      metrics,
      authenticator,
      audit,
      provider,
      log,
      pages,
      ready: async () => {
        await database.checkReady().catch((error: unknown) => {
          if (error instanceof SequencerError && error.code === 'DATABASE_REPLACED') failure.reject(error);
          throw error;
        });
      },
      runnerReady: (sequencer) => gateway.state(sequencer).connected,
    }),
  );
  server.maxConnections = 2000;
  const upgrades = routeUpgrades(server, {
    guard,
    authenticator,
    log,
    runner: (request, socket, head) => {
      runnerServer.upgrade(request, socket, head, addressKey(clientAddresses.address(request)));
    },
  });
  const sockets = upgrades.server;
  const graphql = serveWebsockets(yoga, upgrades, authenticator, flows, log);
  metrics.observe({
    phases: () =>
      liveRuns
        .all()
        .map((run) => run.phase)
        .filter((phase) => !isFinal(phase)),
    runners: () => gateway.connected,
    subscriptions: () => sockets.clients.size,
  });

  server.listen(config.port, config.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return {
    url: `http://${host}:${String(port)}`,
    failure: failure.promise,
    close: async () => {
      server.close();
      proxies.close();
      for (const client of sockets.clients) client.close(1012, 'the API is shutting down');
      await runnerServer.close();
      await scheduler.close();
      await runs.close();
      ruff.close();
      await recorder.close();
      await estimates.close();
      await audit.close();
      await graphql.dispose();
      server.closeAllConnections();
      await database.close();
    },
  };
}
