import {
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The content of each file, by its path. */
export type Files = Readonly<Record<string, string>>;

/** @throws Error that names the file, if a folder or a file can't be written; the file stays as it was */
export function writeFiles(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = resolve(join(root, path));
    try {
      make(dirname(file));
      write(file, content);
    } catch (cause) {
      const { message } = cause as Error;
      throw new Error(`${file} can not be written: ${message}`, { cause });
    }
  }
}

/** Step by step: where nothing can be made, as in /proc, `recursive` of Node 20 never ends. */
function make(folder: string): void {
  if (existsSync(folder)) return;
  make(dirname(folder));
  mkdirSync(folder);
}

/** Under another name first: on a full disk half a file would be left. */
function write(file: string, content: string): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const before = statSync(target, { throwIfNoEntry: false });
  // A device or a pipe is no file that another could take the place of.
  if (before && !before.isFile()) return writeFileSync(target, content);
  const unfinished = `${target}.${process.pid}.tmp`;
  try {
    writeFileSync(unfinished, content, before ? { mode: before.mode } : {});
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
