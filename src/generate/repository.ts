import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertsPage } from './docs/alerts-page.ts';
import { withBlock } from './docs/markdown.ts';
import { metricsPage, metricsTable } from './docs/metrics-page.ts';
import type { Files } from './files.ts';
import { generate } from './index.ts';

/**
 * Every generated file of the repository, by its path in it: rules and dashboards of the two
 * committed namings, the Alertmanager of the example, and the docs. Of the README only a block is
 * generated; where there is none yet, none is made.
 *
 * @throws Error if the README has no place for its block
 */
export function repositoryFiles(root: string): Files {
  const readme = read(join(root, 'README.md'));
  return {
    ...generate(),
    ...Object.fromEntries(
      Object.entries(generate({ naming: 'otlp' })).map(([path, content]) => [
        path.replace('/', '/otlp/'),
        content,
      ]),
    ),
    ...under('examples/grafana', generate({ what: 'alertmanager' })),
    'docs/metrics.md': metricsPage(),
    ...alertsPage(read(join(root, 'docs/alerts.md'))),
    ...(readme === undefined ? {} : { 'README.md': withBlock(readme, 'metrics', metricsTable()) }),
  };
}

/** The same files in a folder. */
function under(folder: string, files: Files): Files {
  const moved = Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]);
  return Object.fromEntries(moved) as Files;
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
