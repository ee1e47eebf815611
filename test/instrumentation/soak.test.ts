import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Half a minute on a quiet machine. */
const LIMIT_MS = 300_000;

it(
  'leaves the heap as it was after a million calls of all outcomes',
  async () => {
    const args = ['--no-warnings', '--expose-gc', 'test/instrumentation/soak.mjs'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: LIMIT_MS });
    const { calls, before, after } = JSON.parse(stdout) as Record<string, number>;
    expect(calls).toBe(1_000_000);
    expect(Number(after) / Number(before)).toBeLessThan(1.05);
  },
  LIMIT_MS + 10_000,
);
