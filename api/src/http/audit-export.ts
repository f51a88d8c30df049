/** Exports the audit log as a file: one line an entry, the newest first. Pages are read at the pace of the client. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuditLog } from '../auth/audit-log.ts';
import { readMoment } from '../lib/moment.ts';
import type { AuditRow } from '../store/auth-schema.ts';

const PAGE = 1000;
const COLUMNS = [
  'id',
  'at',
  'user',
  'via',
  'address',
  'action',
  'sequencer',
  'run',
  'line',
  'result',
  'message',
  'details',
] as const;

type Entry = Record<(typeof COLUMNS)[number], string | number | null>;

function entryOf({ userName, at, ...row }: AuditRow): Entry {
  return { ...row, user: userName, at: at.toISOString() };
}

/** Quotes a cell, and prefixes formulas, which a spreadsheet would evaluate. */
function cell(value: string | number | null): string {
  const text = String(value ?? '');
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

const FORMATS = {
  ndjson: { type: 'application/x-ndjson', head: '', line: (entry: Entry) => JSON.stringify(entry) },
  csv: {
    type: 'text/csv; charset=utf-8',
    head: `${COLUMNS.join(',')}\n`,
    line: (entry: Entry) => COLUMNS.map((name) => cell(entry[name])).join(','),
  },
};

/** The parsed times of the query, or the name of the one that is invalid. */
function readTimes(query: URLSearchParams): { from: Date | null; to: Date | null } | { wrong: string } {
  const times = { from: query.get('from'), to: query.get('to') };
  const wrong = Object.entries(times).find(([, text]) => text !== null && readMoment(text) === null);
  return wrong ? { wrong: wrong[0] } : { from: readMoment(times.from), to: readMoment(times.to) };
}

export async function exportAudit(
  audit: AuditLog,
  format: keyof typeof FORMATS,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = new URL(request.url ?? '', 'http://localhost').searchParams;
  const times = readTimes(query);
  if ('wrong' in times) {
    response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(`${times.wrong}: use a date such as 2026-11-24, or a time such as 2026-11-24T04:00:00Z.\n`);
    return;
  }
  const filter = {
    user: query.get('user'),
    action: query.get('action'),
    sequencer: query.get('sequencer'),
    run: null,
    refused: query.get('refused') === 'true',
    ...times,
  };
  const { type, head, line } = FORMATS[format];
  let page = await audit.read(filter, PAGE, null);
  response.writeHead(200, {
    'content-type': type,
    'content-disposition': `attachment; filename="audit.${format}"`,
    'cache-control': 'no-store',
  });
  response.write(head);
  const closed = once(response, 'close');
  while (page.length > 0 && !response.destroyed) {
    const text = page.map((row) => `${line(entryOf(row))}\n`).join('');
    if (!response.write(text)) await Promise.race([once(response, 'drain'), closed]);
    const last = page.at(-1)?.id ?? 0;
    page = page.length < PAGE ? [] : await audit.read(filter, PAGE, last);
  }
  response.end();
}
