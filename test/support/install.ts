import { spawnSync } from 'node:child_process';
import { findProgram, NEEDED_BY, PACKAGES, PROGRAMS } from './programs.ts';

/** Installs the programs that some tests need, where that is allowed: by root, with apt. */
export function installMissing(): void {
  const missing = PROGRAMS.filter((program) => findProgram(program) === undefined);
  const packages = [...new Set(missing.map((program) => PACKAGES[program]))];
  if (packages.length === 0 || process.getuid?.() !== 0 || apt('--version') !== 0) return;
  console.error(`Installing ${packages.join(' and ')} ...`);
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
}

/** The tests that can't be run here. In CI there are none: there they run, and fail. */
export function unrunnable(): string[] {
  if (process.env['CI']) return [];
  return Object.entries(NEEDED_BY)
    .filter(([, programs]) => programs.some((program) => findProgram(program) === undefined))
    .map(([tests]) => tests);
}

/** What fails here is told by the tests that miss the program. */
function apt(...args: string[]): number | null {
  return spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status;
}
