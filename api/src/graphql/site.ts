/** The query `site`: where the telescopes are. */
import type { Config } from '../config.ts';
import { builder } from './core/builder.ts';

const SiteType = builder.objectRef<NonNullable<Config['site']>>('Site').implement({
  description: 'Where the telescopes are.',
  fields: (t) => ({
    latitude: t.exposeFloat('latitude', { description: 'In degrees, north of the equator positive.' }),
    longitude: t.exposeFloat('longitude', { description: 'In degrees, east of Greenwich positive.' }),
  }),
});

builder.queryField('site', (t) =>
  t.field({
    type: SiteType,
    nullable: true,
    description: 'Null if the location is not set.',
    resolve: (_root, _args, { site }) => site,
  }),
);
