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

/** What tests run in has no say in what they see. */
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

/** A program under way, and what it has printed so far. */
export class Run {
  readonly child: ChildProcess;
  readonly #done: Promise<unknown>;
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
    this.#done = once(this.child, 'close');
  }

  async result(): Promise<Result> {
    await this.#done;
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

/** The same, with a service of this process for it to ask. */
export function start(args: readonly string[], env?: NodeJS.ProcessEnv): Run {
  return new Run(process.execPath, [BIN, ...args], env);
}

export function run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Result> {
  return start(args, env).result();
}
