/** What a newcomer types: the install line of the README, in an empty folder, on every Node. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { DEADLINE_MS, Home, INSTALL, type Service } from './service.ts';

const README = readFileSync('README.md', 'utf8');
const [, LINE = ''] = /^npm install (cockatiel-otel .+)$/m.exec(README) ?? [];

/** Rows of the table of versions: a Node, and how the versions begin that npm installs there. */
const ROWS = [...README.matchAll(/^\| (\d\d)(?:\.\d+)?(?: and newer)? \| (.+) \|$/gm)].map(
  ([, node, cells = '']) => ({ node: Number(node), versions: cells.split(' | ').slice(0, 4) }),
);
const PACKAGES = [
  'cockatiel',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/api',
  '@opentelemetry/exporter-prometheus',
];
const NODES = [20, 22, 24];

const home = new Home();
afterAll(() => home.remove(), DEADLINE_MS);

function versionOf(service: Service, name: string): string {
  return JSON.parse(readFileSync(`${service.path}/node_modules/${name}/package.json`, 'utf8'))
    .version;
}

describe.each(NODES)('on Node %i', (node) => {
  const install = (service: Service, line: string) => {
    const packages = line
      .split(' ')
      .map((name) => (name === 'cockatiel-otel' ? home.tarball : name));
    return service.runOn(node, 'npm', 'install', ...INSTALL, ...packages);
  };

  it(
    'the install line of the README gives the versions of its table, and they work',
    async () => {
      const service = home.service(`readme-${node}`);
      await install(service, LINE);
      const row = ROWS.findLast((row) => row.node <= node);
      expect(PACKAGES.map((name) => versionOf(service, name))).toEqual(
        row?.versions.map((version) => expect.stringMatching(new RegExp(`^${version}\\.`))),
      );
      for (const file of ['consumer.mjs', 'consumer.cjs']) {
        service.copy(file);
        const { scraped } = JSON.parse(await service.runOn(node, 'node', file));
        expect(scraped).toContain('resilience_executions_total{');
      }
    },
    DEADLINE_MS,
  );

  it(
    'a service without an SDK gets one by the line that startMetrics names',
    async () => {
      const service = home.service(`later-${node}`);
      await install(service, 'cockatiel-otel cockatiel @opentelemetry/api');
      service.write(
        'start.mjs',
        `import { startMetrics } from 'cockatiel-otel/prometheus';
        const start = startMetrics({ port: 0 }).then(({ shutdown }) => shutdown());
        await start.catch(({ message }) => console.log(message));`,
      );
      const message = await service.runOn(node, 'node', 'start.mjs');
      const [, line = ''] = /npm install (.+)$/m.exec(message) ?? [];
      await install(service, line);
      expect(await service.runOn(node, 'node', 'start.mjs')).toBe('');
    },
    DEADLINE_MS,
  );
});
