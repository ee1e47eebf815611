import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '../src/generate/formats/write-files.ts';
import { generate } from '../src/generate/index.ts';
import { alertsPage } from './docs/alerts-page.ts';
import { withBlock } from './docs/markdown.ts';
import { metricsPage, metricsTable } from './docs/metrics-page.ts';
import { policiesPage } from './docs/policies-page.ts';
import { registryFiles } from './semconv-registry.ts';

/**
 * Every generated file of the repository, by its path in it: rules and dashboards of the two
 * committed namings, what the example needs, the registry of names, and the docs. Of the README only a block is
 * generated; where there is none yet, none is made.
 *
 * @throws Error if the README has no place for its block
 */
export function repositoryFiles(root: string): Files {
  const readme = read(join(root, 'README.md'));
  return {
    ...generate(),
    ...otlpFiles(),
    ...exampleFiles(),
    ...registryFiles(ownVersion()),
    'docs/metrics.md': metricsPage(),
    ...alertsPage(read(join(root, 'docs/alerts.md'))),
    ...policiesPage((path) => read(join(root, path))),
    ...(readme === undefined ? {} : { 'README.md': withBlock(readme, 'metrics', metricsTable()) }),
  };
}

/** Apart from the others: Grafana and Prometheus load a folder with all that is below it. */
function otlpFiles(): Files {
  const generated = generate({ naming: 'otlp', uidSuffix: 'otlp' });
  return Object.fromEntries(
    Object.entries(generated).map(([path, content]) => [
      path.replace(/^dashboards\//, 'dashboards-otlp/').replace(/^alerts\//, 'alerts/otlp/'),
      content,
    ]),
  );
}

/** What `examples/grafana` has beside the dashboards and rules of all. */
function exampleFiles(): Files {
  const generated = generate({ what: ['alertmanager', 'dashboards'], format: 'provisioning' });
  return Object.fromEntries(
    ['alertmanager.yaml', 'provisioning/dashboards/resilience.yaml'].map((path) => [
      `examples/grafana/${path}`,
      generated[path] ?? '',
    ]),
  );
}

function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The paths of files that are missing, or are not what they would be if written anew. */
export function differing(root: string, files: Files): string[] {
  return Object.entries(files)
    .filter(([path, content]) => read(join(root, path)) !== content)
    .map(([path]) => path);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
