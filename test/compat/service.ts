import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The longest that one program of these tests may take; an install comes from the registry. */
export const DEADLINE_MS = 120_000;

// Without it, an npm in here would take for itself what `npm exec --package` was told for the tests.
const { npm_config_package: _, ...env } = process.env;

/** A folder for services, and the package as npm publishes it. */
export class Home {
  readonly path = mkdtempSync(join(tmpdir(), 'cockatiel-otel-'));
  readonly tarball: string;

  constructor() {
    execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', this.path], {
      stdio: 'ignore',
    });
    this.tarball = join(this.path, String(readdirSync(this.path)[0]));
  }

  /** A service in an empty folder. */
  service(name: string, manifest: object = {}): Service {
    return new Service(join(this.path, name), manifest);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export class Service {
  readonly path: string;

  constructor(path: string, manifest: object) {
    this.path = path;
    mkdirSync(path);
    writeFileSync(join(path, 'package.json'), JSON.stringify({ private: true, ...manifest }));
  }

  write(file: string, content: string): void {
    writeFileSync(join(this.path, file), content);
  }

  /** Copies a file of consumers/ into it. */
  copy(file: string, name = file): void {
    copyFileSync(join('test/compat/consumers', file), join(this.path, name));
  }

  /**
   * Runs a program in its folder and gives what it printed.
   *
   * @throws Error with what it printed, if it fails or takes longer than the deadline
   */
  async run(program: string, ...args: readonly string[]): Promise<string> {
    const options = { cwd: this.path, env, timeout: DEADLINE_MS, maxBuffer: 64 * 1024 * 1024 };
    try {
      return (await promisify(execFile)(program, args, options)).stdout;
    } catch (error) {
      const { message, stdout } = error as Error & { stdout?: string };
      throw new Error(`${message}\n${stdout}`);
    }
  }

  /** The same with this major of Node, which npm fetches if it is not the one that runs. */
  runOn(node: number, program: string, ...args: readonly string[]): Promise<string> {
    if (process.versions.node.startsWith(`${node}.`)) return this.run(program, ...args);
    return this.run('npm', 'exec', '--yes', `--package=node@${node}`, '--', program, ...args);
  }

  install(...packages: readonly string[]): Promise<string> {
    return this.run('npm', 'install', ...INSTALL, ...packages);
  }
}

export const INSTALL = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
