/**
 * Measures the operator on the cluster of KUBECONFIG and prints one table. RUNNER_IMAGE names an image with the runner
 * that the nodes have; `oneByOne`, `burst` and `memory` need no nodes.
 *
 *     make bench-cluster
 *     make bench-cluster PARTS="oneByOne takeover"
 *
 * `writes` counts what an API writes, too, where RELEASE_NAMESPACE is the namespace of an installed release:
 *
 *     make bench-cluster PARTS=writes RELEASE_NAMESPACE=sequencer WRITES_SECONDS=600
 */
import setUp from '@sequencer/testing/cluster/set-up';
import { firstLine, warm } from './cluster/first-line.ts';
import { memory } from './cluster/memory.ts';
import { burst, oneByOne } from './cluster/pods.ts';
import { takeover } from './cluster/takeover.ts';
import { writes } from './cluster/writes.ts';
import { printTable } from './figures.ts';

const PARTS = { oneByOne, burst, firstLine, warm, memory, writes, takeover };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}.`);
await setUp();
for (const [name, measure] of Object.entries(PARTS)) if (wanted.length === 0 || wanted.includes(name)) await measure();
printTable();
