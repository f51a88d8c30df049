/** Exports the audit log as a file: one line an entry, the newest first. Pages are read at the pace of the client. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SequencerError } from '@sequencer/model';
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

/** The time in this field of the query, or null. Throws BAD_INPUT. */
function readTime(query: URLSearchParams, name: string): Date | null {
  const text = query.get(name);
  const time = readMoment(text);
  if (text === null || time !== null) return time;
  const remedy = 'Use a date such as 2026-11-24, or a time such as 2026-11-24T04:00:00Z.';
  throw new SequencerError('BAD_INPUT', `${name}: not a date or a time.`, remedy);
}

export async function exportAudit(
  audit: AuditLog,
  format: keyof typeof FORMATS,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = new URL(request.url ?? '', 'http://localhost').searchParams;
  const filter = {
    user: query.get('user'),
    action: query.get('action'),
    sequencer: query.get('sequencer'),
    run: null,
    refused: query.get('refused') === 'true',
    from: readTime(query, 'from'),
    to: readTime(query, 'to'),
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
