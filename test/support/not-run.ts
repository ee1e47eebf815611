import type { Reporter } from 'vitest/node';
import { unrunnable } from './install.ts';
import { findProgram, NEEDED_BY, PACKAGES } from './programs.ts';

/** Names on the last lines what could not be run, and how it could. */
export default class NotRun implements Reporter {
  onTestRunEnd(): void {
    for (const tests of unrunnable()) {
      const missing = NEEDED_BY[tests]?.filter((program) => findProgram(program) === undefined);
      const packages = new Set(missing?.map((program) => PACKAGES[program]));
      console.log(
        `Not run: ${tests}, for want of ${missing?.join(' and ')} (apt-get install ${[...packages].join(' ')})`,
      );
    }
  }
}
