import type { Histogram } from '@opentelemetry/api';
import { describe, expect, it, vi } from 'vitest';
import { bindHistogram } from '../../src/otel/bound-histogram.ts';
import { TestSdk } from '../support/metrics.ts';
import { sdks } from '../support/sdks.ts';

const VALUES = [0, 0.001, 0.3, 4, 4, 70];
const ATTRIBUTES = { b: 'x', a: 1 };

describe.each(sdks)('a recorder with sdk $sdkMajor', ({ sdk: module }) => {
  const histogramOf = (sdk: TestSdk): Histogram =>
    sdk.provider.getMeter('test').createHistogram('durations', {
      advice: { explicitBucketBoundaries: [0.1, 1, 10] },
    });

  /** What a reader gets of the same measurements, through the recorder and through the API. */
  async function both(options: ConstructorParameters<typeof TestSdk>[0], reader = 0) {
    const results: { bound: boolean; points: unknown[] }[] = [];
    for (const bound of [true, false]) {
      const sdk = new TestSdk({ sdk: module, ...options });
      const histogram = histogramOf(sdk);
      const record = bound
        ? bindHistogram(histogram, ATTRIBUTES)
        : (value: number) => histogram.record(value, ATTRIBUTES);
      for (let round = 0; round < 3; round++) {
        for (const value of VALUES) record(value + round);
        const points = await sdk.points('durations', {}, reader);
        results.push({
          bound,
          points: points.map(({ attributes, value }) => ({ attributes, value })),
        });
      }
    }
    const of = (wanted: boolean) =>
      results.filter(({ bound }) => bound === wanted).map(({ points }) => points);
    return { recorded: of(true), expected: of(false) };
  }

  it.each([
    ['a cumulative reader', {}, 0],
    ['a delta reader', { readers: ['delta'] }, 0],
    ['the first of two readers', { readers: ['cumulative', 'delta'] }, 0],
    ['the second of two readers', { readers: ['cumulative', 'delta'] }, 1],
    [
      'a view that drops attributes',
      { views: [{ instrumentName: '*', attributesProcessors: [] }] },
      0,
    ],
  ] as const)('gives %s what the api gives', async (_what, options, reader) => {
    const { recorded, expected } = await both(
      options as ConstructorParameters<typeof TestSdk>[0],
      reader,
    );
    expect(recorded).toEqual(expected);
    expect(recorded.flat()).not.toHaveLength(0);
  });

  it('records to the overflow series like the API', async () => {
    const limited = new TestSdk({
      sdk: module,
      views: [{ instrumentName: '*', aggregationCardinalityLimit: 2 }],
    });
    const histogram = histogramOf(limited);
    const [first, second, third] = ['1', '2', '3'].map((series) =>
      bindHistogram(histogram, { series }),
    );
    for (let i = 0; i < 4; i++) for (const record of [first, second, third]) record?.(1);
    const points = await limited.points('durations');
    expect(
      points.map(({ attributes, value }) => [attributes, (value as { count: number }).count]),
    ).toEqual([
      [{ series: '1' }, 4],
      [{ 'otel.metric.overflow': true }, 8],
    ]);
  });

  it('asks the api only once a series and collection', async () => {
    const sdk = new TestSdk({ sdk: module });
    const histogram = histogramOf(sdk);
    const asked = vi.spyOn(histogram, 'record');
    const record = bindHistogram(histogram, ATTRIBUTES);
    for (const value of VALUES) record(value);
    expect(asked).toHaveBeenCalledTimes(1);
    await sdk.collect();
    for (const value of VALUES) record(value);
    expect(asked).toHaveBeenCalledTimes(2);
  });
});

it('records through the API if the SDK is unknown', () => {
  const record = vi.fn();
  bindHistogram({ record }, ATTRIBUTES)(0.5);
  expect(record.mock.calls).toEqual([[0.5, ATTRIBUTES]]);
});
