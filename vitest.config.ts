import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { installMissing, unrunnable } from './test/support/install.ts';

installMissing();

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...unrunnable()],
    reporters: ['default', './test/support/not-run.ts'],
    // One fewer by default, which leaves half of a machine with two cores idle.
    maxWorkers: availableParallelism(),
    testTimeout: 20_000,
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
});
