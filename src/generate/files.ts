import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The content of each file, by its path. */
export type Files = Readonly<Record<string, string>>;

/** @throws Error of Node if a folder or a file can't be written */
export function writeFiles(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = resolve(join(root, path));
    make(dirname(file));
    writeFileSync(file, content);
  }
}

/** Step by step: where nothing can be made, as in /proc, `recursive` of Node 20 never ends. */
function make(folder: string): void {
  if (existsSync(folder)) return;
  make(dirname(folder));
  mkdirSync(folder);
}
