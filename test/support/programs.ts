import { execFileSync } from 'node:child_process';

/** The Debian packages that have the programs which tests run. */
const PACKAGES = {
  promtool: 'prometheus',
  prometheus: 'prometheus',
  alertmanager: 'prometheus-alertmanager',
} as const;

export type Program = keyof typeof PACKAGES;

/** Debian calls some of them differently. */
const NAMES: Readonly<Record<Program, readonly string[]>> = {
  promtool: ['promtool'],
  prometheus: ['prometheus'],
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
};

/**
 * The path of a program that a test can not do without.
 *
 * @throws Error that says what can not be tested and how to install it. A missing program fails
 *   the test, in CI and elsewhere: what was not run must not look like what passed
 */
export function requireProgram(program: Program): string {
  const path = NAMES[program].map(pathOf).find((each) => each !== undefined);
  if (path === undefined) {
    throw new Error(
      `Expected ${NAMES[program].join(' or ')} on the PATH, found none: what needs it was not ` +
        `tested. Install it with \`apt-get install ${PACKAGES[program]}\``,
    );
  }
  return path;
}

function pathOf(name: string): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
