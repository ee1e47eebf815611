import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import { requireProgram } from './programs.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const [node, ...script] = (scripts.demo as string).split(' ');

/** vitest's hook for what must be done after one test. */
type Finally = (cleanup: () => void) => void;

/** What `npm run demo` runs, in a process group and a temporary directory of its own. */
export class Run {
  output = '';
  readonly #folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
  readonly #child;
  readonly ended: Promise<number | null>;

  constructor(atTheEnd: Finally, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    expect(node).toBe('node');
    this.#child = spawn(process.execPath, [...script, '--port', '0', '--live-port', '0', ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: this.#folder, ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.output += text;
      });
    }
    this.ended = once(this.#child, 'close').then(([code]) => code);
    atTheEnd(() => this.#clear());
  }

  /** Waits until a line is printed. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found) return found;
      await Promise.race([
        once(this.#child.stdout, 'data'),
        this.ended.then(() => {
          throw new Error(`it ended without ${pattern}:\n${this.output}`);
        }),
      ]);
    }
  }

  /** As a terminal does for Ctrl-C: to every process of the group. */
  interrupt(): void {
    process.kill(-(this.#child.pid as number), 'SIGINT');
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  closeOutput(): void {
    this.#child.stdout.destroy();
  }

  /** Whether a process of the group is left. */
  get isAlive(): boolean {
    try {
      return process.kill(-(this.#child.pid as number), 0);
    } catch {
      return false;
    }
  }

  get files(): string[] {
    return readdirSync(this.#folder).filter((name) => name.startsWith('cockatiel-otel'));
  }

  #clear(): void {
    if (this.isAlive) process.kill(-(this.#child.pid as number), 'SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }
}

/** A demo that has everything running. */
export async function start(
  atTheEnd: Finally,
  ...args: string[]
): Promise<{ run: Run; urls: string[] }> {
  requireProgram('prometheus');
  requireProgram('alertmanager');
  const run = new Run(atTheEnd, args);
  const urls = [];
  for (const name of ['metrics', 'prometheus', 'alertmanager']) {
    const [, url = ''] = await run.line(new RegExp(`^${name} +(http\\S+)$`, 'm'));
    urls.push(url);
  }
  await run.line(/healthy: /);
  for (const url of urls) expect((await fetch(url)).ok).toBe(true);
  return { run, urls };
}

export async function expectNothingLeft({
  run,
  urls,
}: {
  run: Run;
  urls: string[];
}): Promise<void> {
  // The compiler behind tsx ends by itself, a moment after.
  await eventually('no process of the group', () => (run.isAlive ? undefined : true));
  expect(run.files).toEqual([]);
  for (const url of urls) await expect(fetch(url)).rejects.toThrow('fetch failed');
}
