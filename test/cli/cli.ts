import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program, as npm links it. */
export const BIN = resolve('dist/cli/main.js');

/** The environment of the test run must not change the output. */
const { NO_COLOR: _, FORCE_COLOR: __, ...ENV } = process.env;
for (const name of Object.keys(ENV)) if (name.startsWith('COCKATIEL_OTEL_')) delete ENV[name];

export function cli(args: readonly string[], cwd?: string, env: NodeJS.ProcessEnv = {}): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    encoding: 'utf8',
    cwd,
    env: { ...ENV, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, stdout, stderr };
}

/** A running program and its output so far. */
export class Run {
  readonly child: ChildProcess;
  readonly #closed: Promise<unknown>;
  stdout = '';
  stderr = '';

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(command, args, { env: { ...ENV, ...env } });
    this.child.stdout?.setEncoding('utf8').on('data', (data) => {
      this.stdout += data;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (data) => {
      this.stderr += data;
    });
    this.#closed = once(this.child, 'close');
  }

  async result(): Promise<Result> {
    await this.#closed;
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Starts the command without blocking, so that this process can serve its requests. */
export function start(args: readonly string[], env?: NodeJS.ProcessEnv): Run {
  return new Run(process.execPath, [BIN, ...args], env);
}

export function run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Result> {
  return start(args, env).result();
}
