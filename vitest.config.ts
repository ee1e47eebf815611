import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { installMissing, unrunnable } from './test/support/install.ts';

installMissing();

/** The tests that take longest: many scenarios, or programs that run for a while. */
const LONG =
  /\/test\/(e2e|compat|promtool|instrumentation\/(properties|soak)|console\/page|policies\/(recovery|presets))/;

/** Starts with long tests, so that none of them runs alone at the end. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...unrunnable()],
    reporters: ['default', './test/support/not-run.ts'],
    // One fewer by default, which leaves half of a machine with two cores idle.
    maxWorkers: availableParallelism(),
    testTimeout: 20_000,
    sequence: { sequencer: LongFirst },
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
});
