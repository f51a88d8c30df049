/**
 * One request to the observatory's scheduler. Every wrong answer becomes a ScheduleError with a sentence for an operator.
 * The value of the header is in no message.
 */
import http from 'node:http';
import https from 'node:https';
import { once } from 'node:events';
import type { LookupFunction } from 'node:net';
import { LIMITS } from '@sequencer/model';
import { z } from 'zod';
import { allowedLookup, readSchedulerUrl } from './address.ts';
import { ScheduleError } from './schedule-error.ts';

/** A script of the largest size, with the escapes of JSON. Reading stops there. */
const LARGEST_ANSWER = 2 * 1024 * 1024;
const MOST_REDIRECTS = 3;
const LONGEST_QUOTE = 200;

export interface SchedulerTarget {
  url: string;
  /** For a scheduler behind a sign-in. */
  header: { name: string; value: string } | null;
  timeoutSeconds: number;
}

export interface ScheduleRequest {
  from: Date;
  to: Date;
  /** A JSON document. */
  policy: string;
}

export interface Schedule {
  script: string;
  message: string | null;
}

const answerSchema = z.object({
  status: z.string().nullish(),
  commands: z.string().nullish(),
  message: z.string().nullish(),
});

/**
 * @param signal cancels the request
 * @throws ScheduleError
 */
export async function requestSchedule(
  { url, header, timeoutSeconds }: SchedulerTarget,
  { from, to, policy }: ScheduleRequest,
  signal: AbortSignal,
  lookup: LookupFunction = allowedLookup(),
): Promise<Schedule> {
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  const sent: Sent = {
    body: JSON.stringify({ t0: schedulerTime(from), t1: schedulerTime(to), policy }),
    header,
    signal: AbortSignal.any([signal, timeout]),
    lookup,
  };
  try {
    return readAnswer(await post(readSchedulerUrl(url), sent, MOST_REDIRECTS));
  } catch (error) {
    if (signal.aborted) throw new ScheduleError('CANCELLED', 'The pull was cancelled.');
    if (timeout.aborted) {
      throw new ScheduleError('TIMEOUT', `The scheduler did not answer within ${String(timeoutSeconds)} s.`);
    }
    throw error;
  }
}

/** The scheduler's format, in UTC. Rounded up to a minute, so that a schedule never starts in the past. */
function schedulerTime(time: Date): string {
  const minutes = Math.ceil(time.getTime() / 60_000);
  return new Date(minutes * 60_000).toISOString().slice(0, 16).replace('T', ' ');
}

interface Sent {
  body: string;
  header: SchedulerTarget['header'];
  signal: AbortSignal;
  lookup: LookupFunction;
}

interface Answer {
  code: number;
  type: string;
  text: string;
}

async function post(url: URL, sent: Sent, redirects: number): Promise<Answer> {
  const response = await send(url, sent);
  try {
    const code = response.statusCode ?? 0;
    if (code >= 300 && code < 400) {
      return await post(redirectTarget(url, code, response.headers.location, redirects), sent, redirects - 1);
    }
    return { code, type: response.headers['content-type'] ?? '', text: await readText(response) };
  } finally {
    response.destroy();
  }
}

async function send(url: URL, { body, header, signal, lookup }: Sent): Promise<http.IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http;
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(header ? { [header.name]: header.value } : {}),
  };
  try {
    // A connection of its own: a kept one might have been opened before the address changed.
    const outgoing = request(url, { method: 'POST', headers, signal, lookup, agent: false });
    // The scheduler may need minutes, in which a firewall could forget the connection.
    outgoing.setSocketKeepAlive(true, 30_000);
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [http.IncomingMessage];
    return response;
  } catch (error) {
    throw error instanceof ScheduleError ? error : unreachable(url, error);
  }
}

function unreachable(url: URL, error: unknown): ScheduleError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'refused the connection',
    ECONNRESET: 'closed the connection without an answer',
    ENOTFOUND: 'has no address: its name is unknown',
    EAI_AGAIN: 'has no address: the name server does not answer',
    ETIMEDOUT: 'does not answer the connection',
  };
  return new ScheduleError('UNREACHABLE', `The scheduler at ${url.host} ${reasons[code] ?? `failed: ${message}`}.`);
}

/** Only 307 and 308 repeat the POST, and only the same host may get the header. */
function redirectTarget(from: URL, code: number, location: string | undefined, redirects: number): URL {
  const answered = `The scheduler answered ${String(code)}`;
  if (location === undefined || !URL.canParse(location, from)) {
    throw new ScheduleError('REDIRECT', `${answered} with a redirect to nowhere.`);
  }
  const to = new URL(location, from);
  if (to.hostname !== from.hostname || (from.protocol === 'https:' && to.protocol !== 'https:')) {
    throw new ScheduleError('REDIRECT', `${answered} with a redirect to ${to.origin}, which is not followed.`);
  }
  const repeats = code === 307 || code === 308;
  if (!repeats || redirects === 0) {
    const text = repeats ? 'too many redirects' : `a redirect to ${to.pathname}, as for a page`;
    throw new ScheduleError('REDIRECT', `${answered} with ${text}.`);
  }
  return readSchedulerUrl(to.href);
}

async function readText(response: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (size > LARGEST_ANSWER) {
        throw new ScheduleError('TOO_LARGE', 'The answer of the scheduler exceeds 2 MB. It was not read to its end.');
      }
    }
  } catch (error) {
    if (error instanceof ScheduleError) throw error;
    throw new ScheduleError('UNREACHABLE', 'The scheduler closed the connection during its answer.');
  }
  return Buffer.concat(parts).toString('utf8');
}

function readAnswer({ code, type, text }: Answer): Schedule {
  const answered = `The scheduler answered ${String(code)}`;
  const answer = parseAnswer(text);
  const message = answer?.message?.trim() ? answer.message : null;
  if (code < 200 || code >= 300) {
    const what = message === null ? describe(type, text) : `: ${quote(message)}`;
    throw new ScheduleError('REFUSED', `${answered}${what}.`);
  }
  if (!answer) throw new ScheduleError('NOT_JSON', `${answered}${describe(type, text)} instead of a schedule.`);
  if (typeof answer.status === 'string' && answer.status !== 'ok') {
    throw new ScheduleError('REFUSED', `${answered} with the status ${quote(answer.status)}: ${quote(message ?? '')}.`);
  }
  const script = answer.commands ?? '';
  if (!script.trim()) throw new ScheduleError('NO_SCRIPT', `${answered} without a script.`);
  if (Buffer.byteLength(script) > LIMITS.scriptBytes) {
    throw new ScheduleError('TOO_LARGE', 'The script of the scheduler exceeds 512 KiB.');
  }
  if (!script.isWellFormed() || script.includes('\0')) {
    throw new ScheduleError('NO_SCRIPT', 'The script of the scheduler is not valid text, or contains NUL characters.');
  }
  return { script, message: message && quoted(message) };
}

function parseAnswer(text: string): z.output<typeof answerSchema> | null {
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** What an answer consists of that is not the scheduler's. */
function describe(type: string, text: string): string {
  if (!text.trim()) return ' with nothing';
  if (type.includes('html') || /^\s*<(!doctype|html)/i.test(text)) {
    const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1]?.trim();
    const plain = text.replaceAll(/<(script|style)[^]*?<\/\1>|<[^>]*>/gi, ' ');
    return ` with a page of HTML: ${quote(title ? title : plain)}`;
  }
  const kind = type.includes('json') ? 'JSON that is not a schedule' : 'text';
  return ` with ${kind}: ${quote(text)}`;
}

function quote(text: string): string {
  return `"${quoted(text)}"`;
}

/** One line without control characters. */
function quoted(text: string): string {
  const line = text
    .slice(0, 10 * LONGEST_QUOTE)
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE).trimEnd()}…` : line;
}
