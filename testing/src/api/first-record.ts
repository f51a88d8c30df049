/** One run as the first version recorded it: every later version has to show it. */
export const FIRST_RUN = '0199aaaa-0000-7000-8000-000000000001';

export const FIRST_RECORD = `
  insert into sequencers (name, last_number) values ('satp1', 7);
  insert into runs (id, sequencer, number, title, script, script_hash, arguments, start_paused, hold_on_failure,
      breakpoints, start, place, submitted_by, submitted_at, phase, words, last_seq)
    values ('${FIRST_RUN}', 'satp1', 7, 'the moon', 'print(1)', 'x', '[]', false, false,
      '[]', 'NOW', 0, 'ann', '2026-11-24T04:00:00Z', 'SUCCEEDED', 'the moon', 1);
  insert into events (run, seq, type, at, data) values
    ('${FIRST_RUN}', 1, 'output', '2026-11-24T04:00:01Z',
     '{"seq":1,"at":"2026-11-24T04:00:01.000Z","type":"output","stream":"STDOUT","text":"kept"}');
`;
