/** The status of a telescope, also while no run is active. */
import { readTelescope } from '../../backends/script-requests.ts';
import { builder } from '../core/builder.ts';
import { TelescopeType } from '../runs/run-parts.ts';

builder.queryField('telescopeStatus', (t) =>
  t.field({
    type: TelescopeType,
    nullable: true,
    description:
      'Reads from the OCS registry which operations are running now, through the runner of the sequencer. ' +
      'Null if no observatory is configured.',
    args: { sequencer: t.arg.string() },
    resolve: (_root, { sequencer }, { sequencerStates, backend }) => {
      sequencerStates.require(sequencer);
      return readTelescope(backend, sequencer);
    },
  }),
);
