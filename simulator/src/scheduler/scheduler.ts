/**
 * The HTTP interface of the observatory's scheduler, with faults on demand.
 *
 *     POST /api/v1/schedule/  {"t0": "2026-06-01 22:00", "t1": "2026-06-02 10:00", "policy": "{\"policy\": \"dummy\"}"}
 *     POST /api/v1/fault      {"kind": "html", "times": 3, "delay": 5}
 *
 * A policy requests a fault for itself: `{"policy": "dummy", "config": {"delay": 5, "fault": "html"}}`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { SCHEDULE_FAULTS, answerFault, type ScheduleFault } from './answers.ts';
import { writeSchedule } from './schedule.ts';

const POLICIES = ['dummy', 'rest'];
/** Longer than a scheduler may take. */
const LONGEST_DELAY = 900;

const delay = z.number().min(0).max(LONGEST_DELAY);
const requestSchema = z.object({ t0: z.string(), t1: z.string(), policy: z.string() });
const policySchema = z.object({
  policy: z.string().default('dummy'),
  preset: z.string().nullish(),
  config: z
    .object({
      /** Seconds until the answer. */
      delay: delay.default(0),
      fault: z.enum(SCHEDULE_FAULTS).nullish(),
      /** Ends the schedule this many seconds after its start, if that is before `t1`. */
      seconds: z.number().positive().nullish(),
    })
    .prefault({}),
});
const faultSchema = z.object({
  kind: z.enum(['none', ...SCHEDULE_FAULTS]),
  /** Default: until the next request to this route. */
  times: z.int().positive().nullish(),
  delay: delay.default(0),
});

/** The scheduler refuses the request: 400. */
class BadRequest extends Error {}

function reply(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

export class Scheduler {
  #fault: { kind: ScheduleFault | 'none'; times: number; delay: number } = { kind: 'none', times: 0, delay: 0 };

  /** @param path of the request, below `/api/v1/` */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      reply(response, 405, { status: 'error', message: 'There is POST schedule/ and POST fault.' });
      return;
    }
    if (path === 'fault') {
      const { kind, times, delay: seconds } = faultSchema.parse(await json(request));
      this.#fault = { kind, times: times ?? Infinity, delay: seconds };
      reply(response, 200, {});
    } else if (path === 'schedule/' || path === 'schedule') {
      const body = await json(request).catch(() => null);
      await this.#schedule(body, response).catch((error: unknown) => {
        if (!(error instanceof BadRequest)) throw error;
        reply(response, 400, { status: 'error', message: error.message });
      });
    } else {
      reply(response, 404, { status: 'error', message: 'There is POST schedule/ and POST fault.' });
    }
  }

  async #schedule(body: unknown, response: ServerResponse): Promise<void> {
    const { from, to, policy } = readRequest(body);
    const injected = this.#fault;
    const isInjected = injected.times > 0;
    injected.times -= 1;
    const seconds = Math.max(policy.config.delay, isInjected ? injected.delay : 0);
    if (!(await waitFor(seconds, response))) return;
    const kind = isInjected && injected.kind !== 'none' ? injected.kind : policy.config.fault;
    if (kind) {
      await answerFault(kind, response);
      return;
    }
    if (!POLICIES.includes(policy.policy)) throw new BadRequest(`Unsupported policy ${policy.policy}`);
    const { preset } = policy;
    const telescope = /^rest\.([a-z][a-z0-9-]*)$/.exec(preset ?? '')?.[1] ?? null;
    if (policy.policy === 'rest' && telescope === null) {
      reply(response, 500, { status: 'error', message: `Error: unknown preset ${preset ?? '(none)'}` });
      return;
    }
    const end = policy.config.seconds ? Math.min(to.getTime(), from.getTime() + policy.config.seconds * 1000) : to;
    const commands = writeSchedule({ from, to: new Date(end), telescope });
    reply(response, 200, { status: 'ok', commands, message: 'Success' });
  }
}

function readRequest(body: unknown) {
  for (const field of ['t0', 't1', 'policy']) {
    if (typeof body !== 'object' || body === null || !(field in body)) throw new BadRequest(`Missing ${field} field`);
  }
  const request = requestSchema.safeParse(body);
  const from = readTime(request.data?.t0 ?? '');
  const to = readTime(request.data?.t1 ?? '');
  if (!from || !to) throw new BadRequest('Invalid date format, needs to be ISO format');
  if (to <= from) throw new BadRequest('t1 must be after t0');
  let document: unknown;
  try {
    document = JSON.parse(request.data?.policy ?? '');
  } catch {
    throw new BadRequest('Invalid policy, needs to be a json string');
  }
  const policy = policySchema.safeParse(document);
  if (!policy.success) throw new BadRequest(`Invalid policy: ${z.prettifyError(policy.error)}`);
  return { from, to, policy: policy.data };
}

/** Times without an offset are in UTC. */
function readTime(text: string): Date | null {
  const [, date, time, offset] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const moment = new Date(`${date ?? ''}T${time ?? ''}${offset ?? 'Z'}`);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

/** Resolves to false if the caller disconnects before. */
async function waitFor(seconds: number, response: ServerResponse): Promise<boolean> {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  if (seconds > 0) await sleep(seconds * 1000, undefined, { signal: gone.signal }).catch(() => undefined);
  return !gone.signal.aborted;
}
