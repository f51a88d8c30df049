/** Every value of the chart: `make generate` writes its values.yaml, values.schema.json and README.md from here. */
import { z } from 'zod';
import { auth } from './auth.ts';
import { database } from './database.ts';
import { annotations, anything, extraEnv, image, logLevel, objectName, placement, resources } from './parts.ts';
import { runner, sequencers } from './telescopes.ts';

const replicas = (count: number) => z.int().min(0).default(count).describe('How many pods.');
const host = z
  .string()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$/);
const path = z
  .string()
  .regex(/^\/([A-Za-z0-9._~-]+\/)*$/)
  .default('/')
  .describe('The path that the pages are under, such as `/nextline/`; it begins and ends with a slash.');

const api = z
  .strictObject({
    replicas: replicas(2),
    image: image('sequencer-api'),
    resources: resources('200m', '256Mi', '1Gi'),
    logLevel,
    controlLock: z.array(z.string()).default([]).describe('The sequencers that one person at a time drives.'),
    allowedOrigins: z.array(z.string()).default([]).describe('Further origins that browsers may ask from.'),
    drainSeconds: z
      .int()
      .min(0)
      .max(60)
      .default(5)
      .describe('How long a pod that is to stop still takes connections, until all know that it goes.'),
    env: extraEnv,
    ...placement,
  })
  .prefault({});

const operator = z
  .strictObject({
    replicas: replicas(2),
    image: image('sequencer-operator'),
    resources: resources('50m', '128Mi', '512Mi'),
    logLevel,
    env: extraEnv,
    ...placement,
  })
  .prefault({});

const web = z
  .strictObject({
    replicas: replicas(2),
    image: image('sequencer-web'),
    resources: resources('20m', '32Mi', '128Mi'),
    service: z
      .strictObject({
        type: z
          .enum(['ClusterIP', 'NodePort', 'LoadBalancer'])
          .default('ClusterIP')
          .describe('Who can reach the pages.'),
        nodePort: z.int().min(0).max(65535).default(0).describe('The port of the nodes; any free one unless given.'),
        annotations: annotations.describe('Annotations of the Service.'),
      })
      .prefault({}),
    ...placement,
  })
  .prefault({});

const simulator = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('A simulated observatory, for trying out: telescopes without `ocs` are told where it is.'),
    speed: z
      .number()
      .positive()
      .max(100_000)
      .default(60)
      .describe('How much faster than real time it moves and waits.'),
    image: image('sequencer-simulator'),
    resources: resources('50m', '128Mi', '512Mi'),
    ...placement,
  })
  .prefault({});

const ingress = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Make an Ingress.'),
    className: z.string().default('').describe("The ingress class; the cluster's own unless given."),
    annotations: annotations.describe(
      'Annotations of the Ingress. Pages and API come through one path: no rewriting is needed.',
    ),
    host: host.default('').describe('The name of the site.'),
    path,
    tls: z
      .strictObject({
        enabled: z.boolean().default(false).describe('Speak https.'),
        secretName: objectName
          .default('')
          .describe('The Secret with the certificate; that of the ingress itself unless given.'),
      })
      .prefault({}),
  })
  .prefault({});

const httpRoute = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Make an HTTPRoute of the Gateway API, instead of an Ingress.'),
    parentRefs: z.array(anything).default([]).describe('The gateways, as in an HTTPRoute.'),
    annotations: annotations.describe('Annotations of the HTTPRoute.'),
    host: host.default('').describe('The name of the site.'),
    path,
    https: z.boolean().default(true).describe('Whether the gateway speaks https with browsers.'),
  })
  .prefault({});

const networkPolicy = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe(
        'Make network policies for the API, the operator, the web and the database. The operator makes those of runners.',
      ),
    webFrom: z
      .array(anything)
      .default([])
      .describe('Who may reach the pages, as in a NetworkPolicy: the ingress. Everybody unless given.'),
    metricsFrom: z
      .array(anything)
      .default([])
      .describe('Who may read metrics: the pods of Prometheus. Nobody unless given.'),
    dnsNamespace: z.string().default('kube-system').describe('Where the DNS of the cluster runs.'),
  })
  .prefault({});

const monitoring = z
  .strictObject({
    serviceMonitor: z.boolean().default(false).describe('Make ServiceMonitors of the Prometheus operator.'),
    labels: z.record(z.string(), z.string()).default({}).describe('Labels that Prometheus looks for.'),
    interval: z.string().default('30s').describe('How often metrics are read.'),
    apiTokenSecret: objectName
      .default('')
      .describe(
        "The Secret with an API token of a viewer, in the key `token`: the API's metrics are for people who may look. Without, the operator's alone are read.",
      ),
    dashboard: z
      .boolean()
      .default(false)
      .describe("Make a ConfigMap with a dashboard, which Grafana's side-car finds by the label `grafana_dashboard`."),
  })
  .prefault({});

export const valuesSchema = z.strictObject({
  nameOverride: z.string().max(40).default('').describe('Instead of `sequencer` in names.'),
  fullnameOverride: z
    .string()
    .max(40)
    .default('')
    .describe('Instead of the name of the release, before the names of all objects.'),
  clusterDomain: z.string().default('cluster.local').describe("The cluster's domain of names."),
  image: z
    .strictObject({
      registry: z.string().default('').describe('Where all images are, such as `registry.site.example/sequencer`.'),
      tag: z.string().default('').describe("The tag of the product's images; its version unless given."),
      pullPolicy: z
        .enum(['Always', 'IfNotPresent', 'Never'])
        .default('IfNotPresent')
        .describe('When images are pulled.'),
      pullSecrets: z.array(objectName.min(1)).default([]).describe('The names of Secrets for the registry.'),
    })
    .prefault({}),
  publicUrl: z
    .union([z.literal(''), z.url({ protocol: /^https?$/ })])
    .default('')
    .describe(
      'Where browsers find the pages, if that is not what the ingress or the route says; `http://localhost:8080/` without these.',
    ),
  auth,
  database,
  sequencers,
  runner,
  runTokenKey: z
    .strictObject({
      existingSecret: objectName
        .default('')
        .describe(
          'The Secret with the key that tokens of runners are made with, 32 characters or more. One is made and kept unless given; where charts are rendered without a cluster (Argo CD), it has to be given.',
        ),
      existingSecretKey: z.string().default('key').describe('The key in that Secret.'),
    })
    .prefault({}),
  api,
  operator,
  web,
  simulator,
  ingress,
  httpRoute,
  networkPolicy,
  monitoring,
  crds: z
    .strictObject({
      install: z
        .boolean()
        .default(true)
        .describe('Bring the custom resources, which stay when the release goes. One release in a cluster does.'),
      upgrade: z
        .boolean()
        .default(true)
        .describe(
          'Before an upgrade of the release, a Job brings those of the new version. Without, apply them by hand first.',
        ),
    })
    .prefault({}),
  clusterRoles: z
    .strictObject({
      install: z
        .boolean()
        .default(true)
        .describe(
          'Bring the roles `sequencer-view`, `sequencer-operate` and `sequencer-admin`, which stay when the release goes. One release in a cluster does.',
        ),
    })
    .prefault({}),
  admissionPolicies: z
    .strictObject({
      install: z
        .boolean()
        .default(true)
        .describe(
          'Refuse, in this namespace, runs that claim to be submitted by a person and are not, and changes of how runners are made by those who may only operate.',
        ),
    })
    .prefault({}),
  keepOnUninstall: z
    .boolean()
    .default(true)
    .describe(
      'Telescopes, their settings, secrets made here and data stay when the release goes; the same name finds them again.',
    ),
});
