import { diag } from '@opentelemetry/api';
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
  it('sees every series of a closed list born at zero', async () => {
    const sdk = new TestSdk({ sdk: module });
    sdk.instrument('newborn', newStack());
    const collected = await sdk.collect();
    const closed = METRICS.filter(
      ({ instrument, subject, attributes }) =>
        instrument !== 'histogram' &&
        subject === 'resilience.policy.name' &&
        !('error.type' in attributes),
    );
    expect(closed).toHaveLength(19);
    for (const metric of closed) {
      const points = collected.find(
        ({ descriptor }) => descriptor.name === metric.name,
      )?.dataPoints;
      const series = metric.series.filter(
        (each) => (each['resilience.fallback.type'] ?? 'value') === 'value',
      );
      expect(points?.map(({ attributes }) => attributes)).toEqual(
        series.map((each) => ({ 'resilience.policy.name': 'newborn', ...each })),
      );
    }
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

  it('gives histograms the buckets of the catalog', async () => {
    const sdk = new TestSdk({ sdk: module });
    await sdk.instrument('buckets', newStack()).execute(() => {});
    const [point] = await sdk.points('resilience.execution.duration');
    expect(point?.value).toMatchObject({ buckets: { boundaries: metrics.DURATION_BUCKETS } });
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

  it('counts the time in a state between collections, for both readers', async () => {
    vi.useFakeTimers();
    const sdk = new TestSdk({ sdk: module, readers: ['cumulative', 'delta'] });
    const breaker = sdk.instrument('clock', newBreaker());
    const open = (reader: number) =>
      sdk.value(
        'resilience.circuit_breaker.time',
        { 'resilience.circuit_breaker.state': 'open' },
        reader,
      );
    await breaker.execute(fail).catch(() => {});
    vi.advanceTimersByTime(300);
    expect([await open(0), await open(1)]).toEqual([0.3, 0.3]);
    vi.advanceTimersByTime(400);
    expect(await open(1)).toBeCloseTo(0.4);
    expect(await open(0)).toBeCloseTo(0.7);
  });

  it('reports a last zero of what is a state when the last policy is uninstrumented', async () => {
    const sdk = new TestSdk({ sdk: module });
    const stack = sdk.instrument('gone', newStack());
    await stack.execute(fail);
    const gauges = () => sdk.points('resilience.circuit_breaker.state');
    expect((await gauges()).map(({ value }) => value)).toEqual([0, 1, 0, 0]);
    uninstrument(stack);
    expect((await gauges()).map(({ value }) => value)).toEqual([0, 0, 0, 0]);
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

  it('says once what to do when there are more series than the sdk keeps', async () => {
    const warn = vi.fn();
    diag.setLogger({ error() {}, warn, info() {}, debug() {}, verbose() {} });
    const sdk = new TestSdk({ sdk: module });
    for (let i = 0; i < 250; i++) sdk.instrument(`p${i}`, newBreaker());
    await sdk.collect();
    await sdk.collect();
    const said = warn.mock.calls.flat().filter((each) => String(each).includes('attribute sets'));
    expect(said).toEqual([
      "resilience.circuit_breaker.transitions has 2000 attribute sets. The JS SDK keeps 2000 for each instrument and folds the rest into one overflow series, unless the MeterProvider has a view such as { instrumentName: 'resilience.*', aggregationCardinalityLimit: 20000 }. Give fewer policy names (one for each dependency, not one for each request), or raise the limit. If you have raised it, all is well: the limit can not be read from here.",
    ]);
    expect(await sdk.points('resilience.circuit_breaker.transitions')).toHaveLength(2000);
    expect(await overflowed(sdk)).toBe(true);
  });

  it('loses no series with the view that it recommends, and keeps the buckets', async () => {
    const sdk = new TestSdk({
      sdk: module,
      views: [{ instrumentName: 'resilience.*', aggregationCardinalityLimit: 20_000 }],
    });
    for (let i = 0; i < 300; i++) await sdk.instrument(`p${i}`, newBreaker()).execute(() => {});
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
