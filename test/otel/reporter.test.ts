import { diag } from '@opentelemetry/api';
import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  fallback,
  handleAll,
  retry,
  SamplingBreaker,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { uninstrument } from '../../src/index.ts';
import * as metrics from '../../src/semconv/metrics.ts';
import { TestSdk } from '../support/metrics.ts';
import { sdks } from '../support/sdks.ts';

const { METRICS } = metrics;

const newBreaker = () =>
  circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(1) });

const newStack = () =>
  wrap(
    fallback(handleAll, 'fallback'),
    retry(handleAll, { maxAttempts: 2 }),
    newBreaker(),
    bulkhead(1, 1),
    timeout(1000, TimeoutStrategy.Aggressive),
  );

const fail = () => {
  throw new Error('down');
};

afterEach(() => {
  diag.disable();
  vi.useRealTimers();
});

describe.each(sdks)('sdk $sdkMajor', ({ sdk: module }) => {
  it('sees every series at zero that is not lazy, and those that its policies can have', async () => {
    const sdk = new TestSdk({ sdk: module });
    sdk.instrument('newborn', newStack());
    const collected = await sdk.collect();
    const closed = METRICS.filter(
      (metric) =>
        metric.instrument !== 'histogram' &&
        metric.subject === 'resilience.policy.name' &&
        !('error.type' in metric.attributes) &&
        // Not before there are routes by which people can administer circuit breakers.
        metric !== metrics.CIRCUIT_BREAKER_ADMINISTRATION &&
        // No retry of the stack has a budget.
        metric !== metrics.RETRY_BUDGET_BALANCE,
    );
    expect(closed).toHaveLength(19);
    const declared = ['fallback', 'rejected', 'timed_out', '1', '2'];
    for (const metric of closed) {
      const points = collected.find(
        ({ descriptor }) => descriptor.name === metric.name,
      )?.dataPoints;
      const series = metric.series.filter(
        (row) =>
          (row['resilience.fallback.type'] ?? 'value') === 'value' &&
          (!metric.isLazy(row) || Object.values(row).some((value) => declared.includes(value))),
      );
      expect(points?.map(({ attributes }) => attributes)).toEqual(
        series.map((row) => ({ 'resilience.policy.name': 'newborn', ...row })),
      );
    }
  });

  it('has a lazy series from its first event on, or from the first policy that can have it', async () => {
    const sdk = new TestSdk({ sdk: module });
    const outcome = (value: string) =>
      sdk.value('resilience.executions', { 'resilience.outcome': value });
    const first = sdk.instrument('lazy', retry(handleAll, { maxAttempts: 0 }));
    expect(await outcome('timed_out')).toBe(undefined);
    expect(await outcome('cancelled')).toBe(undefined);

    const second = sdk.instrument('lazy', timeout(1000, TimeoutStrategy.Aggressive));
    expect(await outcome('timed_out')).toBe(0);
    expect(await outcome('cancelled')).toBe(undefined);

    const caller = new AbortController();
    const call = first.execute(() => Promise.reject(caller.abort()), caller.signal);
    await call.catch(() => {});
    expect(await outcome('cancelled')).toBe(1);

    uninstrument(first);
    expect([await outcome('timed_out'), await outcome('cancelled')]).toEqual([0, 1]);
    uninstrument(second);
    expect([await outcome('timed_out'), await outcome('cancelled')]).toEqual([0, 1]);
    sdk.instrument('lazy', retry(handleAll, { maxAttempts: 0 }));
    expect([await outcome('timed_out'), await outcome('cancelled')]).toEqual([0, 1]);
  });

  it('has a lazy state while it is not zero, and afterwards at zero', async () => {
    const sdk = new TestSdk({ sdk: module });
    const breaker = sdk.instrument('isolated', newBreaker());
    const isolated = () =>
      sdk.value('resilience.circuit_breaker.state', {
        'resilience.circuit_breaker.state': 'isolated',
      });
    expect(await isolated()).toBe(undefined);
    const handle = breaker.isolate();
    expect(await isolated()).toBe(1);
    handle.dispose();
    expect(await isolated()).toBe(0);
    uninstrument(breaker);
    expect(await isolated()).toBe(0);
  });

  it('has no last zero of a gauge that it never reported, and one of a gauge that it did', async () => {
    const sdk = new TestSdk({ sdk: module });
    const counting = () => sdk.value('resilience.circuit_breaker.failures');
    const sampling = circuitBreaker(handleAll, {
      halfOpenAfter: 1000,
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 1000 }),
    });
    sdk.instrument('gauge', sampling);
    expect(await counting()).toBe(undefined);
    const consecutive = sdk.instrument('gauge', newBreaker());
    await consecutive.execute(fail).catch(() => {});
    expect(await counting()).toBe(1);
    uninstrument(consecutive);
    expect(await counting()).toBe(0);

    const second = new TestSdk({ sdk: module });
    second.instrument('never', sampling);
    uninstrument(sampling);
    second.instrument('never', sampling);
    await second.collect();
    uninstrument(sampling);
    expect(await second.value('resilience.circuit_breaker.failures')).toBe(undefined);
  });

  it('has name, unit, description and kind of each metric from the catalog', async () => {
    const sdk = new TestSdk({ sdk: module });
    sdk.instrument('described', newStack());
    for (const { descriptor, dataPointType, ...data } of await sdk.collect()) {
      const metric = METRICS.find(({ name }) => name === descriptor.name);
      expect(descriptor).toMatchObject({ unit: metric?.unit, description: metric?.description });
      expect(dataPointType).toBe(
        { histogram: 0, gauge: 2, counter: 3, updowncounter: 3 }[metric?.instrument ?? 'counter'],
      );
      expect('isMonotonic' in data && data.isMonotonic).toBe(metric?.instrument === 'counter');
    }
  });

  it('exports histograms with the buckets of the catalog', async () => {
    const sdk = new TestSdk({ sdk: module });
    await sdk.instrument('buckets', newStack()).execute(() => {});
    const [point] = await sdk.points('resilience.execution.duration');
    expect(point?.value).toMatchObject({ buckets: { boundaries: metrics.DURATION_BUCKETS } });
  });

  it('records 0 if the clock is set back during a call', async () => {
    const sdk = new TestSdk({ sdk: module });
    const policy = sdk.instrument('clock', retry(handleAll, { maxAttempts: 0 }));
    const now = vi.spyOn(performance, 'now');
    for (const end of [60_000, 40_000]) {
      now.mockReturnValue(50_000);
      await policy.execute(() => void now.mockReturnValue(end));
    }
    now.mockRestore();
    const [point] = await sdk.points('resilience.execution.duration');
    expect(point?.value).toMatchObject({ count: 2, sum: 10, min: 0 });
  });

  it('serves a cumulative and a delta reader, each with all there is', async () => {
    const sdk = new TestSdk({ sdk: module, readers: ['cumulative', 'delta'] });
    const policy = sdk.instrument('both', retry(handleAll, { maxAttempts: 0 }));
    const counted = (reader: number) =>
      sdk.value('resilience.executions', { 'resilience.outcome': 'success' }, reader);
    await policy.execute(() => {});
    await policy.execute(() => {});
    expect([await counted(0), await counted(1)]).toEqual([2, 2]);
    await policy.execute(() => {});
    expect([await counted(0), await counted(1)]).toEqual([3, 1]);
  });

  it('reports a final zero for states when the last policy is uninstrumented', async () => {
    const sdk = new TestSdk({ sdk: module });
    const stack = sdk.instrument('gone', newStack());
    await stack.execute(fail);
    const gauges = () => sdk.points('resilience.circuit_breaker.state');
    expect((await gauges()).map(({ value }) => value)).toEqual([0, 1, 0]);
    expect(await sdk.value('resilience.circuit_breaker.failures')).toBe(1);
    uninstrument(stack);
    expect((await gauges()).map(({ value }) => value)).toEqual([0, 0, 0]);
    expect(await sdk.value('resilience.circuit_breaker.failures')).toBe(0);
    expect(await sdk.value('resilience.bulkhead.limit')).toBe(0);
    expect(await sdk.value('resilience.timeout.limit')).toBe(0);
  });

  it('moves no series of a policy that is uninstrumented', async () => {
    vi.useFakeTimers();
    const sdk = new TestSdk({ sdk: module });
    const breaker = sdk.instrument('still', newBreaker());
    uninstrument(breaker);
    const before = values(await sdk.collect());
    vi.advanceTimersByTime(5000);
    await breaker.execute(fail).catch(() => {});
    expect(values(await sdk.collect())).toEqual(before);
  });

  it('goes on where it was when a name comes again', async () => {
    const sdk = new TestSdk({ sdk: module, readers: ['cumulative', 'delta'] });
    const counted = (reader: number) =>
      sdk.value('resilience.executions', { 'resilience.outcome': 'success' }, reader);
    for (const cumulative of [1, 2, 3]) {
      const policy = sdk.instrument('again', retry(handleAll, { maxAttempts: 0 }));
      await policy.execute(() => {});
      expect(await counted(0)).toBe(cumulative);
      expect(await counted(1)).toBe(1);
      uninstrument(policy);
      await sdk.collect();
    }
  });

  it('sums policies of one name, and keeps apart those with other attributes', async () => {
    const sdk = new TestSdk({ sdk: module });
    const one = sdk.instrument('shared', newBreaker());
    sdk.instrument('shared', newBreaker());
    sdk.instrument('shared', newBreaker(), { attributes: { region: 'eu' } });
    await one.execute(fail).catch(() => {});
    const points = await sdk.points('resilience.circuit_breaker.state');
    const open = points.filter(
      ({ attributes }) => attributes['resilience.circuit_breaker.state'] === 'open',
    );
    const closed = points.filter(
      ({ attributes }) => attributes['resilience.circuit_breaker.state'] === 'closed',
    );
    expect(open.map(({ value }) => value)).toEqual([1, 0]);
    expect(closed.map(({ value, attributes }) => [value, attributes['region']])).toEqual([
      [1, undefined],
      [1, 'eu'],
    ]);
  });

  it('warns once if there are more series than the SDK keeps', async () => {
    const warn = vi.fn();
    diag.setLogger({ error() {}, warn, info() {}, debug() {}, verbose() {} });
    const sdk = new TestSdk({ sdk: module });
    for (let i = 0; i < 500; i++) sdk.instrument(`p${i}`, newBreaker());
    await sdk.collect();
    await sdk.collect();
    const output = warn.mock.calls.flat().filter((call) => String(call).includes('attribute sets'));
    expect(output).toEqual([
      "resilience.circuit_breaker.transitions has 2000 attribute sets. The JS SDK keeps 2000 per instrument and merges the rest into one overflow series, unless the MeterProvider has a view such as { instrumentName: 'resilience.*', aggregationCardinalityLimit: 20000 }. Use fewer policy names (one per dependency, not one per request), or raise the limit. Ignore this warning if the limit is raised already: it cannot be read from here.",
    ]);
    expect(await sdk.points('resilience.circuit_breaker.transitions')).toHaveLength(2000);
    expect(await overflowed(sdk)).toBe(true);
  });

  it('loses no series with the view that it recommends, and keeps the buckets', async () => {
    const sdk = new TestSdk({
      sdk: module,
      views: [{ instrumentName: 'resilience.*', aggregationCardinalityLimit: 20_000 }],
    });
    for (let i = 0; i < 600; i++) await sdk.instrument(`p${i}`, newBreaker()).execute(() => {});
    expect(await sdk.points('resilience.circuit_breaker.transitions')).toHaveLength(2400);
    expect(await overflowed(sdk)).toBe(false);
    const [point] = await sdk.points('resilience.execution.duration');
    expect(point?.value).toMatchObject({ buckets: { boundaries: metrics.DURATION_BUCKETS } });
  });
});

function values(collected: Awaited<ReturnType<TestSdk['collect']>>) {
  return collected.map(({ descriptor, dataPoints }) => [
    descriptor.name,
    dataPoints.map(({ value }) => value),
  ]);
}

async function overflowed(sdk: TestSdk): Promise<boolean> {
  const points = await sdk.points('resilience.circuit_breaker.transitions', {
    'otel.metric.overflow': true,
  });
  return points.length > 0;
}
