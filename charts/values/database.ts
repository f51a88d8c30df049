/** The PostgreSQL database: exactly one of three kinds. */
import { z } from 'zod';
import { anything, image, objectName, podSettings, resources } from './parts.ts';

const storage = (size: string) => ({
  size: z.string().default(size).describe('Size of the volume.'),
  storageClass: z.string().default('').describe('Storage class of the volume. Default: that of the cluster.'),
});

export const database = z
  .strictObject({
    external: z
      .strictObject({
        existingSecret: objectName
          .default('')
          .describe('Secret with the address of your own PostgreSQL (16 or newer, with the extension `pg_trgm`).'),
        existingSecretKey: z
          .string()
          .default('url')
          .describe('Key in that Secret: `postgres://user:password@host:5432/sequencer`.'),
      })
      .prefault({}),
    cloudNativePG: z
      .strictObject({
        enabled: z
          .boolean()
          .default(false)
          .describe('Create a CloudNativePG `Cluster`. Its operator must be installed.'),
        instances: z.int().min(1).default(3).describe('Number of instances.'),
        imageName: z
          .string()
          .default('')
          .describe('Full name of the PostgreSQL image. Default: that of CloudNativePG.'),
        operatorNamespace: z
          .string()
          .default('cnpg-system')
          .describe('Namespace of the CloudNativePG operator, for the network policy.'),
        ...storage('20Gi'),
        spec: anything.default({}).describe('Additional fields of the `Cluster`, such as `backup`.'),
      })
      .prefault({}),
    bundled: z
      .strictObject({
        enabled: z.boolean().default(false).describe('A small PostgreSQL without backups, for evaluation only.'),
        image: image('postgres', '17'),
        existingSecret: objectName
          .default('')
          .describe(
            'Secret with the password of the database. Default: generated once and kept. Required where the chart is rendered without a cluster (Argo CD). PostgreSQL stores the first password; change it there, too.',
          ),
        existingSecretKey: z.string().default('password').describe('Key in that Secret.'),
        user: z
          .int()
          .min(1)
          .default(999)
          .describe('User id of `postgres` in the image, in place of those of `podSecurityContext`.'),
        resources: resources('100m', '256Mi', '1Gi'),
        persistent: z
          .boolean()
          .default(true)
          .describe(
            'Keep the data on a volume, which stays after an uninstall. Otherwise the data is lost with the pod.',
          ),
        ...storage('10Gi'),
        ...podSettings,
      })
      .prefault({}),
  })
  .prefault({});
