/** A separate process, like viewers on other machines: `viewers.ts URL RUN COUNT` follows a run as the run page does. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { PAGE_SUBSCRIPTIONS } from './product.ts';

const [url = '', run = '', count = '1'] = process.argv.slice(2);

async function view(): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const send = (message: object) => {
    socket.send(JSON.stringify(message));
  };
  await once(socket, 'open');
  send({ type: 'connection_init' });
  await once(socket, 'message');
  PAGE_SUBSCRIPTIONS.forEach((query, index) => {
    send({
      id: String(index),
      type: 'subscribe',
      payload: { query, variables: query.includes('$run') ? { run } : {} },
    });
  });
  // Messages are read and discarded: what a page does with them costs the viewer's machine.
  socket.on('message', () => undefined);
}

await Promise.all(Array.from({ length: Number(count) }, view));
process.send?.('ready');
