/** Run as a process of its own, as viewers are on other machines: `viewers.ts URL RUN COUNT` follows a run as its page does. */
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
  // Read and left alone: what a page does with it costs its own machine.
  socket.on('message', () => undefined);
}

await Promise.all(Array.from({ length: Number(count) }, view));
process.send?.('ready');
