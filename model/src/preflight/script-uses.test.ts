import { expect, it } from 'vitest';
import { scriptUses } from './script-uses.ts';

const SCHEDULE = `
import socket
import sorunlib as run
from ocs.ocs_client import OCSClient
acu = run.CLIENTS['acu']
assert socket.gethostname() == 'daq-satp1-sequencer', 'platform check failed'
run.smurf.iv_curve(concurrent=True)
`;

it('finds the host name and the clients of a schedule', () => {
  expect(scriptUses(SCHEDULE)).toEqual({
    hostnames: [{ line: 6, hostname: 'daq-satp1-sequencer' }],
    agents: [],
    clients: ['acu', 'smurf'],
  });
});

it.each([
  ["assert 'a' == gethostname()", ['a']],
  ['assert socket.gethostname() == "a", "no"', ['a']],
  ["if True:\n    assert socket.gethostname() == 'a'", ['a']],
  ["assert socket.gethostname() != 'a'", []],
  ["assert socket.gethostname() == 'a' or True", []],
  ['assert socket.gethostname() == name', []],
  ["assert other() == 'a'", []],
])('finds the host names of %j', (script, hostnames) => {
  expect(scriptUses(script).hostnames.map(({ hostname }) => hostname)).toEqual(hostnames);
});

it.each([
  ["OCSClient('acu1')", ['acu1']],
  ["client = ocs_client.OCSClient('fridge', args=[])\nOCSClient('fridge')", ['fridge']],
  ['OCSClient(name)', []],
  ["Other('acu1')", []],
])('finds the agents of %j', (script, agents) => {
  expect(scriptUses(script).agents).toEqual(agents);
});

it.each([
  ['import sorunlib\nsorunlib.hwp.stop()', ['hwp']],
  ['import sorunlib.acu\nsorunlib.acu.move_to(1, 2)', ['acu']],
  ['from sorunlib import smurf\nsmurf.bias_step()', ['smurf']],
  ['from sorunlib import acu as a\na.move_to(1, 2)', ['acu']],
  ["import sorunlib as run\nrun.seq.scan('a', 'b', 1)", ['acu', 'smurf']],
  ["import sorunlib as run\nrun.wait_until('2026-01-01')", []],
  ['import other as run\nrun.acu.move_to(1, 2)', []],
  ['from sorunlib import smurf', []],
])('finds the clients of %j', (script, clients) => {
  expect(scriptUses(script).clients).toEqual(clients);
});

it('reads a script that cannot be compiled as far as possible', () => {
  expect(scriptUses("OCSClient('acu1')\nx = = 1\nOCSClient('fridge'").agents).toContain('acu1');
});
