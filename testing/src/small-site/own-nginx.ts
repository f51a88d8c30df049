/** An nginx of the site in front of Sequencer, with the two locations of docs/small-site.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocks } from '../docs/blocks.ts';
import type { Site } from './site.ts';
import { freePort } from '../free-port.ts';

export interface Front {
  path: string;
  https: boolean;
  basicAuth: boolean;
}

export class OwnNginx {
  readonly url: string;
  readonly #site: Site;
  readonly #name: string;

  private constructor(site: Site, url: string, name: string) {
    this.#site = site;
    this.url = url;
    this.#name = name;
  }

  /** Resolves when nginx responds. */
  static async start(site: Site, { path, https, basicAuth }: Front): Promise<OwnNginx> {
    const port = await freePort();
    const folder = join(site.folder, 'nginx');
    const name = `${site.project}-nginx`;
    mkdirSync(folder, { recursive: true });
    const [locations = ''] = blocks('Put it behind nginx', 'nginx');
    const server = [
      https ? 'listen 8443 ssl; ssl_certificate /site/cert.pem; ssl_certificate_key /site/key.pem;' : 'listen 8443;',
      basicAuth ? 'auth_basic "observatory"; auth_basic_user_file /site/htpasswd;' : '',
      locations.replaceAll('/nextline/', path),
    ];
    writeFileSync(join(folder, 'site.conf'), `server {\n${server.join('\n')}\n}\n`);
    site.type(`openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
      -keyout nginx/key.pem -out nginx/cert.pem 2>/dev/null && chmod 644 nginx/key.pem
      printf 'visitor:%s\\n' "$(openssl passwd -apr1 'of the site')" >nginx/htpasswd`);
    const url = `http${https ? 's' : ''}://localhost:${port}${path}`;
    site.set('PUBLIC_URL', url);
    site.set('PUBLIC_PATH', path);
    site.type('docker compose up -d --wait');
    site.type(`docker run -d --name ${name} --network ${site.project}_inside -p 127.0.0.1:${port}:8443 \
      -v "$PWD/nginx:/site:ro" -v "$PWD/nginx/site.conf:/etc/nginx/conf.d/default.conf:ro" nginx:1.29`);
    await site.until(`curl --silent --insecure --output /dev/null --write-out '%{http_code}' ${url}`, /^(200|401)/);
    return new OwnNginx(site, url, name);
  }

  get log(): string {
    return this.#site.try(`docker logs ${this.#name}`).text;
  }

  stop(): void {
    this.#site.type(`docker rm --force --volumes ${this.#name}`);
  }
}
