import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withBlock } from './docs/markdown.ts';
import { metricsPage, metricsTable } from './docs/metrics-page.ts';
import { type Files, generate } from './index.ts';

/**
 * Every generated file of the repository, by its path in it: rules and dashboards of the two
 * committed namings, and the docs. Of the README only a block is generated; where there is none
 * yet, none is made.
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
    'docs/metrics.md': metricsPage(),
    ...(readme === undefined ? {} : { 'README.md': withBlock(readme, 'metrics', metricsTable()) }),
  };
}

export function writeFiles(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
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
