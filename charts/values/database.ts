/** Where PostgreSQL is: exactly one of the three. */
import { z } from 'zod';
import { anything, image, objectName, resources } from './parts.ts';

const storage = (size: string) => ({
  size: z.string().default(size).describe('Size of the volume.'),
  storageClass: z.string().default('').describe("Its storage class; the cluster's own unless given."),
});

export const database = z
  .strictObject({
    external: z
      .strictObject({
        existingSecret: objectName
          .default('')
          .describe(
            'The Secret with the address of a PostgreSQL of yours (16 or newer, with the extension `pg_trgm`).',
          ),
        existingSecretKey: z
          .string()
          .default('url')
          .describe('The key in that Secret: `postgres://user:password@host:5432/sequencer`.'),
      })
      .prefault({}),
    cloudNativePG: z
      .strictObject({
        enabled: z.boolean().default(false).describe('A cluster of the operator CloudNativePG, which has to be there.'),
        instances: z.int().min(1).default(3).describe('How many instances.'),
        imageName: z
          .string()
          .default('')
          .describe("The whole name of the PostgreSQL image; CloudNativePG's own unless given."),
        operatorNamespace: z
          .string()
          .default('cnpg-system')
          .describe('Where the operator runs: the network policy lets it in.'),
        ...storage('20Gi'),
        spec: anything.default({}).describe('Further fields of the `Cluster`, such as `backup`.'),
      })
      .prefault({}),
    bundled: z
      .strictObject({
        enabled: z
          .boolean()
          .default(false)
          .describe('One small PostgreSQL, for trying out: nobody makes backups of it.'),
        image: image('postgres', '17'),
        user: z.int().min(1).default(999).describe('The user id of `postgres` in the image.'),
        resources: resources('100m', '256Mi', '1Gi'),
        persistent: z
          .boolean()
          .default(true)
          .describe('On a volume, which uninstalling keeps. Without, everything is lost with the pod.'),
        ...storage('10Gi'),
      })
      .prefault({}),
  })
  .prefault({});
