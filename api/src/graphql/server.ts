/** The query `server`: version and clock of the API. */
import { DateTime, builder } from './core/builder.ts';

const ServerType = builder.objectRef<{ version: string }>('Server').implement({
  description: 'The API server.',
  fields: (t) => ({
    version: t.exposeString('version', { description: 'Version of Sequencer.' }),
    time: t.field({ type: DateTime, description: 'Current time of the server.', resolve: () => new Date() }),
  }),
});

builder.queryField('server', (t) =>
  t.field({ type: ServerType, resolve: (_root, _args, { version }) => ({ version }) }),
);
