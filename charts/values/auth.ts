/** Who may come in. The sentences about what does not go together are in the chart's templates. */
import { z } from 'zod';
import { objectName } from './parts.ts';

export const auth = z
  .strictObject({
    modes: z
      .array(z.enum(['password', 'oidc', 'proxy']))
      .default([])
      .describe('The ways to sign in, one or more. The chart refuses to be installed without.'),
    sessionHours: z.number().positive().max(744).default(24).describe('How long a browser stays signed in.'),
    roleGroups: z
      .record(z.string(), z.string())
      .default({})
      .describe('For `oidc` and `proxy`: which group has which role, such as `observers: operator`.'),
    trustedProxies: z
      .array(z.string())
      .default([])
      .describe(
        'Networks of the proxies before the API: of its web pods, and of the ingress. Only what they say of the browser is believed; `proxy` needs it.',
      ),
    password: z
      .strictObject({
        users: z
          .array(z.string().regex(/^[^:\n]+:[^:\n]+:[^:\n]+$/))
          .default([])
          .describe('Lines `name:role:hash`, made by `bin/sequencer hash-password NAME ROLE`.'),
        existingSecret: objectName.default('').describe('Or the Secret with these lines.'),
        existingSecretKey: z.string().default('users').describe('The key in that Secret.'),
      })
      .prefault({}),
    oidc: z
      .strictObject({
        issuer: z
          .union([z.literal(''), z.url()])
          .default('')
          .describe('The address of the provider.'),
        clientId: z.string().default('').describe('What the provider knows this site by.'),
        existingSecret: objectName
          .default('')
          .describe("The Secret with the client's secret; without one PKCE alone protects."),
        existingSecretKey: z.string().default('client-secret').describe('The key in that Secret.'),
        scope: z.string().default('openid profile').describe('What is asked of the provider.'),
        nameClaim: z.string().default('preferred_username').describe("The claim with the user's name."),
        roleClaim: z.string().default('groups').describe('The claim with the groups.'),
      })
      .prefault({}),
    proxy: z
      .strictObject({
        existingSecret: objectName
          .default('')
          .describe('The Secret with what the proxy says in `X-Sequencer-Proxy-Secret`, 16 characters or more.'),
        existingSecretKey: z.string().default('proxy-secret').describe('The key in that Secret.'),
        userHeader: z.string().default('x-forwarded-user').describe("The header with the user's name."),
        groupsHeader: z.string().default('x-forwarded-groups').describe('The header with the groups.'),
      })
      .prefault({}),
  })
  .prefault({});
