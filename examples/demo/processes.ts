import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** Time for a program to end after SIGTERM. */
const GRACE_MS = 5000;

/** Finds the first of these programs on the PATH. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export interface Program {
  /** The address from its log, because it listens on port 0. */
  readonly url: string;
  readonly stop: () => Promise<void>;
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
}

/**
 * Starts a program of the Prometheus family and waits until it listens.
 *
 * @throws Error with its last log lines if it ends before
 */
export async function startProgram(path: string, args: readonly string[]): Promise<Program> {
  const child = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  // The program must not outlive this process.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'close').finally(() => process.off('exit', kill));
  const lastLines: string[] = [];
  const listening = new Promise<string>((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > 5) lastLines.shift();
      const address = /msg="Listening on".* address=(\S+)/.exec(line)?.[1];
      if (address) resolve(`http://${address}`);
    });
  });
  const url = await Promise.race([
    listening,
    ended.then(() => {
      throw new Error(`${path} ended before it listened:\n${lastLines.join('\n')}`);
    }),
  ]);
  async function stop(): Promise<void> {
    const timer = setTimeout(kill, GRACE_MS);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
  }
  return { url, stop, ended };
}
