import { defineConfig, mergeConfig } from 'vitest/config';
import { NEEDED_BY } from './test/support/programs.ts';
import base from './vitest.config.ts';

/** `npm run test:unit`: no test that starts another program, installs packages, or waits for a long time. */
export default mergeConfig(
  base,
  defineConfig({
    test: {
      env: { PROPERTY_RUNS: '50' },
      exclude: [
        ...Object.keys(NEEDED_BY),
        'test/{compat,e2e,examples,pictures}/**',
        'test/**/{examples,gather-examples}.test.ts',
        'test/cli/**',
        'test/connections/process.test.ts',
        'test/console/connection.test.ts',
        'test/dependencies/monitor-process.test.ts',
        'test/http/{connections,process,recovery,retry-after}.test.ts',
        'test/operations/{fuzz,load}.test.ts',
        'test/instrumentation/soak.test.ts',
        'test/otel/api-version.test.ts',
        'test/package/package.test.ts',
        'test/policies/clients/**',
        'test/policies/{presets,recovery}.test.ts',
        'test/prometheus/{cluster,installation}.test.ts',
        'test/scripts/repository-files.test.ts',
        'test/shared/event-loop-turns.test.ts',
      ],
    },
  }),
);
