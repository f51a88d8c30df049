/** All values of the chart. `make generate` writes values.yaml, values.schema.json and README.md from this schema. */
import { z } from 'zod';
import { auth } from './auth.ts';
import { database } from './database.ts';
import { anything, image, logLevel, objectName, podSettings, resources, serviceAccount, strings } from './parts.ts';
import { scheduler } from './scheduler.ts';
import { runner, sequencers } from './telescopes.ts';

const replicas = (count: number) => z.int().min(0).default(count).describe('Number of pods.');
const host = z
  .string()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$/);
const path = z
  .string()
  .regex(/^\/([A-Za-z0-9._~-]+\/)*$/)
  .default('/')
  .describe('Path of the pages, such as `/nextline/`, with a slash at both ends.');

const api = z
  .strictObject({
    replicas: replicas(2),
    image: image('sequencer-api'),
    resources: resources('200m', '256Mi', '1Gi'),
    logLevel,
    controlLock: z.array(z.string()).default([]).describe('Sequencers that only one user at a time can control.'),
    allowedOrigins: z
      .array(z.string())
      .default([])
      .describe('Additional origins that browsers can send requests from.'),
    autoscaling: z
      .strictObject({
        enabled: z
          .boolean()
          .default(false)
          .describe(
            'Create a HorizontalPodAutoscaler, which replaces `replicas`. It requires the metrics server. Most sites do not need it.',
          ),
        minReplicas: z.int().min(1).default(2).describe('Smallest number of pods.'),
        maxReplicas: z.int().min(1).default(4).describe('Largest number of pods.'),
        cpuPercent: z.int().min(1).default(80).describe('Average use of the requested CPU above which pods are added.'),
      })
      .prefault({}),
    drainSeconds: z
      .int()
      .min(0)
      .max(60)
      .default(5)
      .describe(
        'How long a terminating pod still accepts connections, until its removal from the Service has taken effect.',
      ),
    serviceAccount,
    ...podSettings,
  })
  .prefault({});

const operator = z
  .strictObject({
    replicas: replicas(2),
    image: image('sequencer-operator'),
    resources: resources('50m', '128Mi', '512Mi'),
    logLevel,
    serviceAccount,
    ...podSettings,
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
          .describe('Type of the Service of the pages.'),
        nodePort: z.int().min(0).max(65535).default(0).describe('Node port. Default: assigned by the cluster.'),
        annotations: strings.describe('Annotations of the Service.'),
      })
      .prefault({}),
    serviceAccount,
    ...podSettings,
  })
  .prefault({});

const checker = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe(
        'Check scripts for telescopes without an active run, in the image of `runner.image`. Otherwise their runner checks them, when the run starts.',
      ),
    replicas: replicas(1),
    resources: resources('20m', '64Mi', '1200Mi'),
    ...podSettings,
  })
  .prefault({});

const simulator = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('A simulated observatory, for evaluation. Telescopes without `ocs` are configured to use it.'),
    speed: z
      .number()
      .positive()
      .max(100_000)
      .default(60)
      .describe('Speed of its motions and delays relative to real time.'),
    image: image('sequencer-simulator'),
    resources: resources('50m', '128Mi', '512Mi'),
    ...podSettings,
  })
  .prefault({});

const ingress = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Create an Ingress.'),
    className: z.string().default('').describe('Ingress class. Default: that of the cluster.'),
    annotations: strings.describe('Annotations of the Ingress. Pages and API share one path; no rewriting is needed.'),
    host: host.default('').describe('Host name of the site.'),
    path,
    tls: z
      .strictObject({
        enabled: z.boolean().default(false).describe('Use https.'),
        secretName: objectName
          .default('')
          .describe('Secret with the certificate. Default: that of the ingress controller.'),
      })
      .prefault({}),
  })
  .prefault({});

const httpRoute = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Create an HTTPRoute of the Gateway API, in place of an Ingress.'),
    parentRefs: z.array(anything).default([]).describe('Gateways, as in an HTTPRoute.'),
    annotations: strings.describe('Annotations of the HTTPRoute.'),
    host: host.default('').describe('Host name of the site.'),
    path,
    https: z.boolean().default(true).describe('Whether browsers reach the gateway with https.'),
  })
  .prefault({});

const networkPolicy = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe(
        'Create network policies for the API, the operator, the web pods and the database. The operator creates those of runners.',
      ),
    webFrom: z
      .array(anything)
      .default([])
      .describe('Peers that can reach the pages, as in a NetworkPolicy, such as the ingress. Default: all.'),
    metricsFrom: z
      .array(anything)
      .default([])
      .describe('Peers that can read metrics, as in a NetworkPolicy, such as Prometheus. Default: none.'),
    dnsNamespace: z.string().default('kube-system').describe('Namespace of the cluster DNS.'),
    dnsCidrs: z
      .array(z.string())
      .default([])
      .describe('Addresses of other name servers, such as NodeLocal DNSCache: 169.254.20.10/32.'),
  })
  .prefault({});

const monitoring = z
  .strictObject({
    serviceMonitor: z.boolean().default(false).describe('Create ServiceMonitors for the Prometheus operator.'),
    labels: strings.describe('Labels that Prometheus selects ServiceMonitors and rules by.'),
    interval: z.string().default('30s').describe('Scrape interval.'),
    apiTokenSecret: objectName
      .default('')
      .describe(
        "Secret with an API token of a viewer in the key `token`, which the API's metrics require. Without it, only the operator's metrics are scraped.",
      ),
    rules: z
      .boolean()
      .default(false)
      .describe(
        'Create a PrometheusRule with alerts: no operator leads, no API is ready, a queue is held, a runner is disconnected, a run is lost. They require `serviceMonitor`, and kube-state-metrics for the API.',
      ),
    dashboard: z
      .boolean()
      .default(false)
      .describe("Create a ConfigMap with a dashboard. Grafana's sidecar finds it by the label `grafana_dashboard`."),
  })
  .prefault({});

export const valuesSchema = z.strictObject({
  nameOverride: z.string().max(40).default('').describe('Replaces `sequencer` in names.'),
  fullnameOverride: z
    .string()
    .max(40)
    .default('')
    .describe('Prefix of the names of all objects. Default: the name of the release.'),
  clusterDomain: z.string().default('cluster.local').describe('DNS domain of the cluster.'),
  image: z
    .strictObject({
      registry: z.string().default('').describe('Registry of all images, such as `registry.site.example/sequencer`.'),
      tag: z.string().default('').describe("Tag of Sequencer's images. Default: the version of the chart."),
      pullPolicy: z
        .enum(['Always', 'IfNotPresent', 'Never'])
        .default('IfNotPresent')
        .describe('Pull policy of all images.'),
      pullSecrets: z.array(objectName.min(1)).default([]).describe('Names of the pull secrets of the registry.'),
    })
    .prefault({}),
  commonLabels: strings.describe('Additional labels of all objects and pods of the chart.'),
  extraObjects: z
    .array(z.union([z.string(), anything]))
    .default([])
    .describe('Additional objects, which can use templates, such as `{{ .Release.Name }}`.'),
  podSecurityContext: anything
    .default({
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    })
    .describe(
      'Security context of the pods of the chart. With `runAsUser`, `runAsGroup` and `fsGroup` set to null, the cluster assigns them, as on OpenShift. Scripts: `runner.securityContext`.',
    ),
  securityContext: anything
    .default({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    .describe('Security context of the containers of the chart.'),
  privateCA: z
    .strictObject({
      existingConfigMap: objectName
        .default('')
        .describe(
          'ConfigMap with certificates (PEM) that the API and the operator trust besides the public ones: for the sign-in provider, PostgreSQL, the scheduler and other requests. Restart both after a change.',
        ),
      existingSecret: objectName.default('').describe('Secret with these certificates, in place of the ConfigMap.'),
      key: z.string().min(1).default('ca.crt').describe('Key in that ConfigMap or Secret.'),
    })
    .prefault({}),
  site: z
    .strictObject({
      latitude: z
        .number()
        .min(-90)
        .max(90)
        .nullable()
        .default(null)
        .describe(
          'Latitude of the telescopes in degrees, north positive. With both set, the overview shades the night.',
        ),
      longitude: z
        .number()
        .min(-180)
        .max(180)
        .nullable()
        .default(null)
        .describe('Longitude of the telescopes in degrees, east positive.'),
    })
    .prefault({}),
  publicUrl: z
    .union([z.literal(''), z.url({ protocol: /^https?$/ })])
    .default('')
    .describe(
      'URL of the pages. Default: the URL of the ingress or the route; `http://localhost:8080/` without these.',
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
          'Secret with the key that signs the tokens of runners, at least 32 characters. Default: generated once and kept. Required where the chart is rendered without a cluster (Argo CD).',
        ),
      existingSecretKey: z.string().default('key').describe('The key in that Secret.'),
      existingSecretKeyBefore: z
        .string()
        .default('before')
        .describe(
          'The key in that Secret, or in the generated one, with the signing key before the current one. It is optional: see "Change the key of runners" in docs/helm.md.',
        ),
    })
    .prefault({}),
  api,
  operator,
  scheduler,
  web,
  checker,
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
        .describe(
          'Install the custom resource definitions, which stay after an uninstall. Only one release of a cluster should install them.',
        ),
      upgrade: z
        .boolean()
        .default(true)
        .describe(
          'Before an upgrade of the release, upgrade the custom resource definitions with a Job. Otherwise apply them by hand first.',
        ),
    })
    .prefault({}),
  clusterRoles: z
    .strictObject({
      install: z
        .boolean()
        .default(true)
        .describe(
          'Install the cluster roles `sequencer-view`, `sequencer-operate` and `sequencer-admin`, which stay after an uninstall. Only one release of a cluster should install them.',
        ),
    })
    .prefault({}),
  admissionPolicies: z
    .strictObject({
      install: z
        .boolean()
        .default(true)
        .describe(
          'Reject, in this namespace, forged `submitted-by` and `mode-set-by` annotations, and changes of runner settings by users without the right to `configure`.',
        ),
      recordSubmitters: z
        .boolean()
        .default(true)
        .describe(
          'Write the Kubernetes user who creates a run into its annotation `submitted-by`, where the cluster has MutatingAdmissionPolicy: Kubernetes 1.36, or its feature gate before. Otherwise such runs are by `kubectl`.',
        ),
    })
    .prefault({}),
  keepOnUninstall: z
    .boolean()
    .default(true)
    .describe(
      'Keep telescopes, their settings, generated secrets and data after an uninstall. A new release with the same name uses them again.',
    ),
});
