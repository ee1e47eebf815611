import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Files, generate } from './index.ts';

/** Every generated file of the repository, by its path in it. */
export function repositoryFiles(): Files {
  return {
    ...generate(),
    ...Object.fromEntries(
      Object.entries(generate({ naming: 'otlp' })).map(([path, content]) => [
        path.replace('/', '/otlp/'),
        content,
      ]),
    ),
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
  } catch {
    return undefined;
  }
}
