import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** Time that a program has to end when it is asked to. */
const GRACE_MS = 5000;

/** The first of these programs that is on the PATH. */
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
  /** Where it listens, as it says itself: it was given port 0. */
  readonly url: string;
  readonly stop: () => Promise<void>;
  /** Resolves when it has ended, asked or not. */
  readonly ended: Promise<unknown>;
}

/**
 * Starts a program of the Prometheus family and waits until it listens.
 *
 * @throws Error with its last words if it ends before
 */
export async function startProgram(path: string, args: readonly string[]): Promise<Program> {
  const child = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  // Whatever way this process ends, the other does not stay behind.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'close').finally(() => process.off('exit', kill));
  const words: string[] = [];
  const listening = new Promise<string>((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      words.push(line);
      if (words.length > 5) words.shift();
      const address = /msg="Listening on".* address=(\S+)/.exec(line)?.[1];
      if (address) resolve(`http://${address}`);
    });
  });
  const url = await Promise.race([
    listening,
    ended.then(() => {
      throw new Error(`${path} ended before it listened:\n${words.join('\n')}`);
    }),
  ]);
  async function stop(): Promise<void> {
    const impatience = setTimeout(kill, GRACE_MS);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(impatience);
  }
  return { url, stop, ended };
}
