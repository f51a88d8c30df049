/** Writes sbom/<image>.cdx.json: the contents of each image that `make images` built, as CycloneDX. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Component {
  type: 'library';
  name: string;
  version: string;
  purl: string;
}

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const tag = process.env.SEQUENCER_VERSION ?? version;

function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}
const inside = (image: string, ...command: string[]) =>
  docker('run', '--rm', '--network=none', '--entrypoint', command[0] ?? '', image, ...command.slice(1));

type Kind = 'npm' | 'pypi' | 'deb/debian' | 'generic';

const component = (kind: Kind, name: string, number: string): Component => ({
  type: 'library',
  name,
  version: number,
  purl: `pkg:${kind}/${name.replace('@', '%40')}@${encodeURIComponent(number)}`,
});

/** Parses lines of a name and a version. */
function listed(kind: Kind, text: string): Component[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', number] = line.split('\t');
    // Debian's lists name the architecture of a library.
    return name && number ? [component(kind, name.replace(/:.*/, ''), number)] : [];
  });
}

/** npm's list of installed packages, without those that the image leaves out. */
const INSTALLED = `
  const { existsSync, readFileSync } = require('node:fs');
  const { packages } = JSON.parse(readFileSync(process.argv[1]));
  for (const [path, { version }] of Object.entries(packages))
    if (version && path.startsWith('node_modules/') && (process.argv[2] || existsSync('/app/' + path)))
      console.log(path.replace(/.*node_modules\\//, '') + '\\t' + version);`;
const PYTHON = `
import importlib.metadata as m
for d in m.distributions(): print(d.metadata["Name"].lower(), d.version, sep="\\t")`;

const debian = (image: string) => listed('deb/debian', inside(image, 'dpkg-query', '--show'));
const node = (image: string) => component('generic', 'node', inside(image, 'node', '--version').trim().slice(1));
const python = (image: string) => component('generic', 'python', inside(image, 'python', '--version').trim().slice(7));
const npm = (image: string) =>
  listed('npm', inside(image, 'node', '-e', INSTALLED, '/app/node_modules/.package-lock.json'));

/** The API is one file; its build writes a list of the packages in it. */
const bundled = (image: string) =>
  listed('npm', inside(image, 'node', '-e', INSTALLED, '/app/api/src/parts.json', 'all'));

/** The pages are bundled into a few files, and the server has no package manager: the build writes lists of both. */
function web(image: string): Component[] {
  const container = docker('create', image).trim();
  const folder = mkdtempSync(join(tmpdir(), 'sequencer-sbom-'));
  docker('cp', '--quiet', `${container}:/parts/.`, folder);
  docker('rm', container);
  const pages = execFileSync(process.execPath, ['-e', INSTALLED, join(folder, 'npm.json'), 'all'], {
    encoding: 'utf8',
  });
  const server = readFileSync(join(folder, 'debian.txt'), 'utf8');
  rmSync(folder, { recursive: true });
  return [...listed('deb/debian', server), ...listed('npm', pages)];
}

const images: Record<string, (image: string) => Component[]> = {
  api: (image) => [...debian(image), node(image), ...bundled(image)],
  web,
  runner: (image) => [...debian(image), python(image), ...listed('pypi', inside(image, 'python', '-c', PYTHON))],
  simulator: (image) => [...debian(image), node(image), ...npm(image)],
  operator: (image) => [...debian(image), node(image), ...npm(image)],
};

mkdirSync(join(root, 'sbom'), { recursive: true });
for (const [part, read] of Object.entries(images)) {
  const name = `sequencer-${part}`;
  const components = read(`${name}:${tag}`);
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: { timestamp: new Date().toISOString(), component: { type: 'container', name, version: tag } },
    components,
  };
  writeFileSync(join(root, 'sbom', `${name}.cdx.json`), `${JSON.stringify(bom, null, 1)}\n`);
  console.log(`sbom/${name}.cdx.json: ${components.length} components`);
}
