/** The wrong answers of a scheduler, and of the proxies in front of it. */
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

export const SCHEDULE_FAULTS = [
  'bad-request',
  'error',
  'html',
  'large',
  'not-python',
  'not-json',
  'empty',
  'redirect',
  'hang-up',
] as const;
export type ScheduleFault = (typeof SCHEDULE_FAULTS)[number];

const LARGE_BYTES = 50 * 1024 * 1024;
const LINE = '# This schedule never ends.\\n';
const LINES_AT_A_TIME = 2000;

const JSON_TYPE = { 'content-type': 'application/json' };
const PAGE =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n' +
  '<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';

export async function answerFault(kind: ScheduleFault, response: ServerResponse): Promise<void> {
  switch (kind) {
    case 'bad-request':
      response.writeHead(400, JSON_TYPE).end(JSON.stringify({ status: 'error', message: 'Simulated bad request' }));
      return;
    case 'error':
      response.writeHead(500, JSON_TYPE).end(JSON.stringify({ status: 'error', message: 'Error: simulated failure' }));
      return;
    case 'html':
      response.writeHead(502, { 'content-type': 'text/html' }).end(PAGE);
      return;
    case 'large':
      await answerLarge(response);
      return;
    case 'not-python': {
      const commands = "run.acu.move_to(az=180.0, el=50.0)\nrun.seq.scan(description='south'\n";
      response.writeHead(200, JSON_TYPE).end(JSON.stringify({ status: 'ok', commands, message: 'Success' }));
      return;
    }
    case 'not-json':
      response.writeHead(200, JSON_TYPE).end('{"status": "ok", "commands": "import ti');
      return;
    case 'empty':
      response.writeHead(200, JSON_TYPE).end(JSON.stringify({ status: 'ok', commands: '', message: 'Success' }));
      return;
    case 'redirect':
      response.writeHead(302, { location: 'http://sign-in.example/login' }).end();
      return;
    case 'hang-up':
      response.destroy();
  }
}

/** A well-formed answer of 50 MB. */
async function answerLarge(response: ServerResponse): Promise<void> {
  response.writeHead(200, JSON_TYPE);
  // A caller that has read enough disconnects.
  await pipeline(largeAnswer(), response).catch(() => undefined);
}

function* largeAnswer(): Generator<string> {
  yield '{"status": "ok", "message": "Success", "commands": "';
  const part = LINE.repeat(LINES_AT_A_TIME);
  for (let sent = 0; sent < LARGE_BYTES; sent += part.length) yield part;
  yield '"}';
}
