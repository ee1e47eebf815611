import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSX = import.meta.resolve('tsx');

/** A place with no `node_modules` on the way up, where Node would look for packages too. */
function emptyPlace(): string {
  const alone = (path: string): boolean =>
    !existsSync(join(path, 'node_modules')) && (path === dirname(path) || alone(dirname(path)));
  const place = [tmpdir(), '/var/tmp', homedir()].find(alone);
  if (place === undefined) throw new Error('every temporary directory is below a node_modules');
  return place;
}

/** This package's source, and beside it no packages but those it is given. */
export class Installation {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @param packages folders of packages by name, relative to the root of this repository */
  static async of(packages: Readonly<Record<string, string>>): Promise<Installation> {
    const path = await realpath(await mkdtemp(join(emptyPlace(), 'installation-')));
    await cp(join(ROOT, 'package.json'), join(path, 'package.json'));
    await cp(join(ROOT, 'src'), join(path, 'src'), { recursive: true });
    await cp(join(ROOT, 'scripts'), join(path, 'scripts'), {
      recursive: true,
      filter: (source) => !source.includes('/scripts/api-page/node_modules'),
    });
    for (const [name, folder] of Object.entries(packages)) {
      const link = join(path, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(ROOT, folder), link);
    }
    return new Installation(path);
  }

  /** Runs a module beside `src`, to its end, and gives what it printed. */
  async run(source: string): Promise<string> {
    const script = join(this.#path, 'script.ts');
    await writeFile(script, source);
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', TSX, script]);
    return stdout.trim();
  }

  async remove(): Promise<void> {
    await rm(this.#path, { recursive: true });
  }
}
