/** Authentication. Combinations of values that are refused are in the chart's templates. */
import { z } from 'zod';
import { objectName } from './parts.ts';

export const auth = z
  .strictObject({
    modes: z
      .array(z.enum(['password', 'oidc', 'proxy']))
      .default([])
      .describe('Sign-in methods. At least one is required.'),
    sessionHours: z.number().positive().max(744).default(24).describe('How long a browser session lasts, in hours.'),
    roleGroups: z
      .record(z.string(), z.string())
      .default({})
      .describe('For `oidc` and `proxy`: the role of each group, such as `observers: operator`.'),
    trustedProxies: z
      .array(z.string())
      .default([])
      .describe(
        'Networks of the proxies in front of the API: the web pods and the ingress. Only their forwarding headers are trusted. Required for `proxy`.',
      ),
    password: z
      .strictObject({
        users: z
          .array(z.string().regex(/^[^:\n]+:[^:\n]+:[^:\n]+$/))
          .default([])
          .describe('Lines `name:role:hash`, as `bin/sequencer hash-password NAME ROLE` prints them.'),
        existingSecret: objectName.default('').describe('Secret with these lines, in place of `users`.'),
        existingSecretKey: z.string().default('users').describe('Key in that Secret.'),
      })
      .prefault({}),
    oidc: z
      .strictObject({
        issuer: z
          .union([z.literal(''), z.url()])
          .default('')
          .describe('Issuer URL of the provider.'),
        clientId: z.string().default('').describe('Client id of this site at the provider.'),
        existingSecret: objectName
          .default('')
          .describe('Secret with the client secret. Default: none, a public client with PKCE.'),
        existingSecretKey: z.string().default('client-secret').describe('Key in that Secret.'),
        scope: z.string().default('openid profile').describe('Scopes to request.'),
        nameClaim: z.string().default('preferred_username').describe('Claim with the user name.'),
        roleClaim: z.string().default('groups').describe('Claim with the groups.'),
      })
      .prefault({}),
    proxy: z
      .strictObject({
        existingSecret: objectName
          .default('')
          .describe(
            'Secret with the value that the proxy sends in `X-Sequencer-Proxy-Secret`, at least 16 characters.',
          ),
        existingSecretKey: z.string().default('proxy-secret').describe('Key in that Secret.'),
        userHeader: z.string().default('x-forwarded-user').describe('Header with the user name.'),
        groupsHeader: z.string().default('x-forwarded-groups').describe('Header with the groups.'),
      })
      .prefault({}),
  })
  .prefault({});
