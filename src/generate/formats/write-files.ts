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

/**
 * The content of each file, by its path.
 *
 * @example
 * const files: Files = generate({ what: 'alerts' });
 * for (const [path, content] of Object.entries(files)) await writeFile(path, content);
 */
export type Files = Readonly<Record<string, string>>;

/** @throws Error that names the file that cannot be written; an existing file stays unchanged */
export function writeFiles(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = resolve(join(root, path));
    try {
      makeFolder(dirname(file));
      replaceFile(file, content);
    } catch (cause) {
      const { message } = cause as Error;
      throw new Error(`${file} cannot be written: ${message}`, { cause });
    }
  }
}

/** Without the option `recursive`, with which Node 20 never returns for paths such as /proc/x. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** Writes a temporary file and renames it, so that a full disk leaves no partial file. */
function replaceFile(file: string, content: string): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const before = statSync(target, { throwIfNoEntry: false });
  // A device or a pipe cannot be replaced.
  if (before && !before.isFile()) return writeFileSync(target, content);
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, content, before ? { mode: before.mode } : {});
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
