/** A database with a million runs of many years, written by SQL. */
import pg from 'pg';

export const RUNS = 1_000_000;
export const FIRST = Date.parse('2024-01-01T00:00:00Z');
export const SECONDS_BETWEEN = 83;

/** A number from 0 to `most` - 1 that depends on the run and on nothing else of it. */
const chance = (most: number, seed: number) => `(abs(hashint8(n * 1000 + ${String(seed)})::bigint) % ${String(most)})`;
const pick = (words: string[], seed: number) =>
  `(array[${words.map((word) => `'${word}'`).join()}])[${chance(words.length, seed)} + 1]`;

/** Scripts of about 1.2 kB. Words of them are in every run, in one of 5, of 100, of 1000, of 100,000, or in old runs only. */
const SCRIPT = `concat(e'import time\\nimport sorunlib as run\\n\\n# ', md5(n::text), e'\\nrun.initialize(test_mode=False)\\n',
  case when ${chance(5, 1)} = 0 then e'run.wiregrid.calibrate(continuous=True)\\n' end,
  case when ${chance(100, 2)} = 0 then e'run.smurf.bias_step(tag="f150,cold")\\n' end,
  case when ${chance(1000, 3)} = 0 then e'run.hwp.spin_up(freq=2.0)\\n' end,
  case when ${chance(100_000, 4)} = 0 then e'# the needle in the haystack\\n' end,
  case when n < ${String(RUNS / 10)} then e'# commissioning of the site\\n' end,
  (select string_agg(concat('run.acu.move_to(az=', (n * i * 37 % 36000) / 100.0, ', el=', 40 + (n + i) % 30,
    e')\\nrun.seq.scan(description="field ', (n + i) % 400, '", stop_time="', at + i * interval '9 minutes', '", width=', i * 3,
    e')\\ntime.sleep(', n * i % 60, e')\\n'), '') from generate_series(1, 6) i))`;

const SEED = `
  insert into runs (id, sequencer, number, title, script, script_hash, arguments, start_paused, hold_on_failure, breakpoints,
      start, place, submitted_by, submitted_at, started_at, finished_at, phase, failure, words, statement_count, statements_done)
    select gen_random_uuid(), sequencer, n, title, script, md5(script), '[]', false, false, '[]', 'QUEUED', 0, person, at, at,
      at + ${chance(3600, 5)} * interval '1 second', phase,
      case phase when 'FAILED' then json_build_object('exception', 'RuntimeError', 'message', error, 'traceback', '',
        'line', null, 'statement', null, 'awaitingDecision', false, 'then', null) end,
      lower(concat(sequencer, '/', n, e'\\n', title, e'\\n', person, e'\\n', case phase when 'FAILED' then 'RuntimeError: ' || error end)),
      20, 20
    from generate_series(1, ${String(RUNS)}) n,
    lateral (select to_timestamp(${String(FIRST / 1000)} + n * ${String(SECONDS_BETWEEN)}.0) as at,
      ${pick(['satp1', 'satp2', 'satp3', 'lat'], 6)} as sequencer, 'person' || ${chance(20, 7)} as person,
      case when ${chance(10, 8)} = 0 then 'FAILED' when ${chance(97, 9)} = 0 then 'KILLED' else 'SUCCEEDED' end as phase,
      concat(${pick(['scan of the moon', 'calibration with the wire grid', 'night schedule', 'bias step'], 10)}, ' ', n % 1013) as title,
      concat('agent ', n % 977, ' did not answer') as error) facts,
    lateral (select ${SCRIPT} as script) scripts`;

/** The indexes are built after the rows, which is faster. */
export async function addRuns(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; definition: string }>(
      `select indexname as name, indexdef as definition from pg_indexes
       where tablename = 'runs' and indexdef not like 'CREATE UNIQUE%'`,
    );
    for (const { name } of rows) await client.query(`drop index "${name}"`);
    await client.query(
      `insert into sequencers (name) values ('satp1'), ('satp2'), ('satp3'), ('lat') on conflict do nothing`,
    );
    await client.query('delete from runs');
    await client.query(SEED);
    await client.query(`set maintenance_work_mem = '512MB'`);
    for (const { definition } of rows) await client.query(definition);
    await client.query('vacuum analyze runs');
  } finally {
    await client.end();
  }
}
