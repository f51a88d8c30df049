/** The version of the API, and its clock. */
import { DateTime, builder } from './core/builder.ts';

const ServerType = builder.objectRef<{ version: string }>('Server').implement({
  description: "The server's version, and its clock.",
  fields: (t) => ({
    version: t.exposeString('version'),
    time: t.field({ type: DateTime, resolve: () => new Date() }),
  }),
});

builder.queryField('server', (t) =>
  t.field({ type: ServerType, resolve: (_root, _args, { version }) => ({ version }) }),
);
