import { readdirSync, readFileSync } from 'node:fs';
import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  fallback,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gather } from '../../src/policies/gather/gather.ts';
import { RetryBudget } from '../../src/policies/members/retry-budget.ts';
import * as attributes from '../../src/semconv/attributes.ts';
import { CONNECTION_METRICS, METRICS as CORE } from '../../src/semconv/metrics.ts';
import { TestSdk } from '../support/metrics.ts';
import { administerEach, moveDependency, openCircuit } from '../support/traffic.ts';

const METRICS = [...CORE, ...CONNECTION_METRICS];
const names = CORE.map(({ name }) => name);
const keys = Object.entries(attributes)
  .filter(([key]) => key.startsWith('ATTR_'))
  .map(([, value]) => String(value));

describe("opentelemetry's rules for names", () => {
  it.each(METRICS)('$name is lower case, dotted, without its unit, total or count', (metric) => {
    expect(metric.name).toMatch(/^resilience(\.[a-z]+(_[a-z]+)*)+$/);
    expect(metric.name).not.toMatch(/(total|count|seconds|ratio|_s)$/);
  });

  it.each(METRICS)('$name has a unit of UCUM: seconds, or an annotation in braces', (metric) => {
    expect(metric.unit).toMatch(metric.instrument === 'histogram' ? /^s$/ : /^(s|\{[a-z_]+\})$/);
  });

  it.each(METRICS)('$name says in one sentence what it is', ({ description }) => {
    expect(description).toMatch(/^[A-Z][^.]+\.$/);
  });

  it('no name is given twice, and none is also the namespace of another', () => {
    expect(new Set(names).size).toBe(names.length);
    const namespaces = names.filter((name) =>
      names.some((second) => second.startsWith(`${name}.`)),
    );
    // The limit belongs to that number: a name beside it would be longer, and say less.
    expect(namespaces).toEqual(['resilience.circuit_breaker.failures']);
  });

  it.each(keys)('the attribute %s is lower case and dotted', (key) => {
    expect(key).toMatch(/^(resilience|error|otel|db)(\.[a-z]+(_[a-z]+)*)+$/);
  });

  it('attributes have values in lower case, and every series is a combination of them', () => {
    for (const metric of METRICS) {
      for (const [key, values] of Object.entries(metric.attributes)) {
        expect(keys).toContain(key);
        for (const value of values) expect(value).toMatch(/^([a-z0-9_]+|_OTHER)$/);
      }
      expect(Object.values(metric.attributes).flat()).toEqual(
        expect.arrayContaining([...metric.lazy]),
      );
      for (const series of metric.series) {
        expect(Object.keys(series).sort()).toEqual(Object.keys(metric.attributes).sort());
      }
    }
  });
});

describe('the catalog and the code', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('have no metric that does not move', async () => {
    const sdk = new TestSdk();
    await moveEverything(sdk);
    const moved = (await sdk.collect())
      .filter(({ dataPoints }) =>
        dataPoints.some(({ value }) =>
          typeof value === 'object' ? (value.count ?? 0) > 0 : value !== 0,
        ),
      )
      .map(({ descriptor }) => descriptor.name);
    expect(moved.sort()).toEqual([...names].sort());
  });

  it('have each name in one place only', () => {
    const home = /^semconv\//;
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !home.test(file),
    );
    expect(files.length).toBeGreaterThan(20);
    const offenders = files.flatMap((file) => {
      const text = readFileSync(`src/${file}`, 'utf8');
      return [...names, ...keys, ...names.map((name) => name.replaceAll('.', '_'))]
        .filter((name) => text.includes(name))
        .map((name) => `${file}: ${name}`);
    });
    expect(offenders).toEqual([]);
  });
});

/** Calls of which one at least touches each metric; some are left running. */
async function moveEverything(sdk: TestSdk): Promise<void> {
  await gather({ workday: () => {} }, { meterProvider: sdk.provider });

  const fail = () => {
    throw new Error('down');
  };
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: 1000,
    breaker: new ConsecutiveBreaker(1),
  });
  sdk.instrument('breaker', breaker);
  await breaker.execute(fail).catch(() => {});
  vi.advanceTimersByTime(1000);
  await breaker.execute(() => {});

  const filters = new RetryBudget().wrap(handleAll);
  const stack = wrap(fallback(handleAll, 0), retry(filters, { maxAttempts: 1 }));
  const retried = sdk.instrument('stack', stack, {
    errorType() {
      throw new Error('hook');
    },
  });
  const answer = retried.execute(fail);
  await vi.runAllTimersAsync();
  await answer;

  const limited = sdk.instrument(
    'limited',
    wrap(timeout(100, TimeoutStrategy.Aggressive), bulkhead(1, 2)),
  );
  const never = () => new Promise<never>(() => {});
  const first = limited.execute(() => Promise.resolve());
  const waited = limited.execute(() => {});
  await Promise.all([first, waited]);
  void limited.execute(never).catch(() => {});
  void limited.execute(never).catch(() => {});

  await administerEach('breaker');
  await moveDependency(sdk.provider, 'workday');
  await openCircuit(sdk.instrument, 'open');
}
