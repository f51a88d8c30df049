/** Generates the CustomResourceDefinitions from the schemas. `make generate` writes them to `crds/`. */
import { z } from 'zod';
import { GROUP, VERSION } from './names.ts';
import { sequencerSchema } from './sequencer.ts';
import { sequencerRunSchema } from './sequencer-run.ts';

/** `kubectl get sequencer-all` lists both kinds. The name must not be that of a kind. */
const CATEGORY = 'sequencer-all';

interface Column {
  name: string;
  type: 'string' | 'integer' | 'date' | 'boolean';
  jsonPath: string;
  description?: string;
  /** 1: shown only with `-o wide`. */
  priority?: 0 | 1;
}

interface Kind {
  kind: string;
  plural: string;
  shortName: string;
  schema: z.ZodType;
  columns: Column[];
  selectable: string[];
}

const KINDS: Kind[] = [
  {
    kind: 'Sequencer',
    plural: 'sequencers',
    shortName: 'seq',
    schema: sequencerSchema,
    columns: [
      { name: 'Mode', type: 'string', jsonPath: '.status.mode' },
      { name: 'Active', type: 'string', jsonPath: '.status.activeRun.name' },
      { name: 'Queue', type: 'integer', jsonPath: '.status.queueLength' },
      { name: 'Held', type: 'string', jsonPath: '.status.conditions[?(@.type=="Held")].status' },
      { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
      { name: 'Reason', type: 'string', jsonPath: '.status.reason', priority: 1 },
      { name: 'Next-Pull', type: 'string', jsonPath: '.status.scheduler.nextPullAt', priority: 1 },
      { name: 'Last-Pull', type: 'string', jsonPath: '.status.scheduler.lastPull.outcome', priority: 1 },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
    selectable: [],
  },
  {
    kind: 'SequencerRun',
    plural: 'sequencerruns',
    shortName: 'srun',
    schema: sequencerRunSchema,
    columns: [
      { name: 'Sequencer', type: 'string', jsonPath: '.spec.sequencer' },
      { name: 'Number', type: 'integer', jsonPath: '.status.number' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'Line', type: 'integer', jsonPath: '.status.position.line' },
      { name: 'Statement', type: 'string', jsonPath: '.status.position.progress' },
      { name: 'By', type: 'string', jsonPath: '.status.submittedBy' },
      { name: 'Duration', type: 'string', jsonPath: '.status.duration' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      { name: 'Title', type: 'string', jsonPath: '.spec.title', priority: 1 },
      { name: 'Pod', type: 'string', jsonPath: '.status.podName', priority: 1 },
      { name: 'Reason', type: 'string', jsonPath: '.status.reason', priority: 1 },
    ],
    selectable: ['.spec.sequencer', '.status.phase'],
  },
];

/** One CustomResourceDefinition for each kind. */
export function customResourceDefinitions() {
  return KINDS.map(({ kind, plural, shortName, schema, columns, selectable }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [shortName],
        categories: [CATEGORY],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          ...(selectable.length > 0 && { selectableFields: selectable.map((jsonPath) => ({ jsonPath })) }),
          schema: { openAPIV3Schema: structural(schema) },
        },
      ],
    },
  }));
}

function structural(schema: z.ZodType) {
  const json = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    override: ({ jsonSchema }) => {
      // Structural schemas do not support propertyNames. These bounds come from JavaScript, not from the schema.
      delete jsonSchema.propertyNames;
      if (jsonSchema['x-kubernetes-preserve-unknown-fields']) {
        delete jsonSchema.additionalProperties;
      }
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return {
    ...json,
    properties: {
      apiVersion: { type: 'string', description: 'Version of this schema.' },
      kind: { type: 'string', description: 'Kind of the object.' },
      metadata: { type: 'object' },
      ...json.properties,
    },
  };
}
