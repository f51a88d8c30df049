/**
 * Measures the operator, and the start of the API, on the cluster of KUBECONFIG and prints one table. RUNNER_IMAGE names an image
 * of the runner that is present on the nodes; `oneByOne`, `burst` and `memory` need no nodes.
 *
 *     make bench-cluster
 *     make bench-cluster PARTS="oneByOne takeover"
 *
 * `databaseName` needs RELEASE_NAMESPACE, the namespace of an installed release with a bundled database. `writes` then also
 * counts the writes of the API:
 *
 *     make bench-cluster PARTS=writes RELEASE_NAMESPACE=sequencer WRITES_SECONDS=600
 */
import setUp from '@sequencer/testing/cluster/set-up';
import { databaseName } from './cluster/database-name.ts';
import { endWithoutApi } from './cluster/end-without-api.ts';
import { firstLine, warm } from './cluster/first-line.ts';
import { memory } from './cluster/memory.ts';
import { burst, oneByOne } from './cluster/pods.ts';
import { pulls } from './cluster/pulls.ts';
import { takeover } from './cluster/takeover.ts';
import { throughput } from './cluster/throughput.ts';
import { writes } from './cluster/writes.ts';
import { printTable } from './lib/figures.ts';

const PARTS = {
  oneByOne,
  burst,
  firstLine,
  warm,
  pulls,
  throughput,
  endWithoutApi,
  databaseName,
  memory,
  writes,
  takeover,
};

const selected = process.argv.slice(2);
const unknown = selected.filter((name) => !(name in PARTS));
if (unknown.length > 0)
  throw new Error(`Unknown part: ${unknown.join(', ')}. Parts: ${Object.keys(PARTS).join(', ')}.`);
await setUp();
for (const [name, measure] of Object.entries(PARTS))
  if (selected.length === 0 || selected.includes(name)) await measure();
printTable();
