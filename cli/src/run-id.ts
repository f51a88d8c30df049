/** Finds a run by its id, or by its telescope and number: `satp1/12`. */
import type { Api } from './api.ts';
import { CommandError, EXIT } from './errors.ts';

export interface RunSummary {
  id: string;
  number: number;
  title: string | null;
  phase: string;
  reason: string | null;
  exitCode: number | null;
  submittedBy: string;
  submittedAt: string;
  sequencer: { name: string };
}

export const SUMMARY = 'id number title phase reason exitCode submittedBy submittedAt sequencer { name }';

export async function findRun(api: Api, name: string): Promise<RunSummary> {
  const numbered = /^([a-z0-9-]+)\/(\d+)$/.exec(name);
  if (numbered) {
    const filter = { sequencer: numbered[1], text: name };
    const { runs } = await api.request<{ runs: { edges: { node: RunSummary }[] } }>(
      `query ($filter: RunFilter) { runs(filter: $filter, first: 200) { edges { node { ${SUMMARY} } } } }`,
      { filter },
    );
    const found = runs.edges.find(({ node }) => node.number === Number(numbered[2]));
    if (found) return found.node;
  } else {
    const { run } = await api.request<{ run: RunSummary | null }>(`query ($id: ID!) { run(id: $id) { ${SUMMARY} } }`, {
      id: name,
    });
    if (run) return run;
  }
  throw new CommandError(
    `There is no run "${name}".`,
    EXIT.refused,
    'UNKNOWN_RUN',
    'Give its id, or its telescope and number, such as satp1/12.',
  );
}
