import { afterEach, describe, expect, it } from 'vitest';
import { Installation } from '../support/installation.ts';

const SDK_2 = 'test/compat/sdk-2/node_modules/@opentelemetry';
const API_1_9 = { '@opentelemetry': SDK_2, 'another-api': 'node_modules/@opentelemetry/api' };
const API_1_10 = { '@opentelemetry': 'node_modules/@opentelemetry', 'another-api': `${SDK_2}/api` };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

interface Result {
  readonly registered: boolean;
  readonly exported: number;
  readonly warnings: readonly string[];
  /** What `startMetrics` rejects with. */
  readonly refusal: string;
}

/** A service whose process runs `first` before all else. */
async function serviceAfter(first: string, packages = API_1_10): Promise<Result> {
  const installation = await Installation.of({
    ...packages,
    cockatiel: 'node_modules/cockatiel',
  });
  cleanups.push(() => installation.remove());
  const printed = await installation.run(`
    import { createRequire } from 'node:module';
    import { metrics } from '@opentelemetry/api';
    import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
    import * as another from 'another-api';
    import { handleAll, retry } from 'cockatiel';
    import { instrument } from './src/index.ts';
    import { startMetrics } from './src/prometheus/index.ts';
    const warnings = [];
    process.removeAllListeners('warning').on('warning', ({ message }) => warnings.push(message));
    ${first};
    const policy = instrument('workday', retry(handleAll, { maxAttempts: 1 }));
    class Reader extends MetricReader {
      async onShutdown() {}
      async onForceFlush() {}
    }
    const reader = new Reader();
    const registered = metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
    for (let i = 0; i < 3; i++) await policy.execute(() => 1);
    instrument('servicenow', retry(handleAll, { maxAttempts: 1 }));
    const { resourceMetrics } = await reader.collect();
    const exported = resourceMetrics.scopeMetrics.length;
    const refusal = await startMetrics({ port: 0 }).then(({ url }) => url, ({ message }) => message);
    await new Promise(setImmediate);
    console.log(JSON.stringify({ registered, exported, warnings, refusal }));
    process.exit();`);
  return JSON.parse(printed);
}

const conflict = (first: string, own: RegExp) =>
  new RegExp(
    `^@opentelemetry/api ${first} was loaded first in this process, and rejects registrations of ${own.source},`,
  );

describe('another version of the API that was first', () => {
  it('is warned of once, with both versions, if it is an older one', async () => {
    const { registered, exported, warnings, refusal } = await serviceAfter(
      'another.trace.setGlobalTracerProvider(another.trace.getTracerProvider())',
    );
    expect([registered, exported]).toEqual([false, 0]);
    expect(warnings).toEqual([expect.stringMatching(conflict('1\\.9\\.1', /1\.1\d\.\d+/))]);
    expect(refusal).toBe(warnings[0]);
  });

  it('is warned of if it has no metrics at all', async () => {
    const { warnings } = await serviceAfter(
      "globalThis[Symbol.for('opentelemetry.js.api.1')] = { version: '1.2.0' }",
    );
    expect(warnings).toEqual([expect.stringMatching(conflict('1\\.2\\.0', /1\.1\d\.\d+/))]);
  });

  it('causes a warning if it is newer and rejects the registration', async () => {
    const { registered, warnings, refusal } = await serviceAfter(
      'another.propagation.setGlobalPropagator({ fields: () => [] })',
      API_1_9,
    );
    expect(registered).toBe(false);
    expect(warnings).toEqual([expect.stringMatching(conflict('1\\.1\\d\\.\\d+', /1\.9\.1/))]);
    expect(refusal).toBe(warnings[0]);
  });

  it('causes no warning if it is newer and has a meter provider', async () => {
    const { warnings, refusal } = await serviceAfter(
      'another.metrics.setGlobalMeterProvider(new MeterProvider())',
      API_1_9,
    );
    expect(refusal).toMatch(/^A global meter provider is registered already/);
    expect(warnings).toEqual([]);
  });

  it('is warned of if it is of the next major and has a meter provider', async () => {
    const { warnings } = await serviceAfter(
      "globalThis[Symbol.for('opentelemetry.js.api.2')] = { version: '2.0.0', metrics: {} }",
    );
    expect(warnings).toEqual([
      expect.stringMatching(/^A meter provider is registered with @opentelemetry\/api 2\.0\.0/),
    ]);
  });

  it('is not warned of if it is the same, of a second copy', async () => {
    const { registered, exported, warnings } = await serviceAfter(
      "createRequire(import.meta.url)('@opentelemetry/api').propagation.setGlobalPropagator({})",
    );
    expect([registered, exported, warnings]).toEqual([true, 1, []]);
  });
});

describe('an API that is frozen', () => {
  it('does not make instrument throw, and the next call finds the provider', async () => {
    const { registered, exported, warnings } = await serviceAfter('Object.freeze(metrics)');
    expect([registered, exported, warnings]).toEqual([true, 1, []]);
  });
});
