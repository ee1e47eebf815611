import type { Attributes, Histogram } from '@opentelemetry/api';
import type { Recorder } from '../metrics/duration-histogram.ts';

/**
 * A recorder of one series of a histogram.
 *
 * The JS SDK finds the series of a measurement by sorting its attributes and printing them as JSON,
 * for every measurement: ten times the price of everything else this package does to a call, and
 * the API has no bound instruments that would do it once. So where the SDK's storage looks as it
 * does in 2.x and 3.x, the series is looked up once per collection and then added to directly;
 * whatever looks different (another SDK, a view that changes attributes, a series that is not
 * there or has overflowed) goes the public way. Both give the same data, which a test compares.
 */
export function bindHistogram(histogram: Histogram, attributes: Attributes): Recorder {
  const storages = storagesOf(histogram);
  if (storages === undefined) return (seconds) => histogram.record(seconds, attributes);
  const hash = storages[0]?._deltaMetricStorage._activeCollectionStorage._hash(attributes);
  const bound = storages.map(() => ({
    map: undefined as SeriesMap | undefined,
    series: undefined as Accumulation | undefined,
  }));

  return function record(seconds) {
    for (let i = 0; i < storages.length; i++) {
      const { _activeCollectionStorage: map } = (storages[i] as Storage)._deltaMetricStorage;
      const cache = bound[i] as (typeof bound)[number];
      // A collection puts a new map in place of the old.
      if (cache.map !== map || cache.series === undefined) {
        cache.map = map;
        cache.series = map.get(attributes, hash);
        if (cache.series === undefined) {
          // All or none: the public way records to every storage.
          for (let j = 0; j < i; j++) (bound[j] as typeof cache).series = undefined;
          return histogram.record(seconds, attributes);
        }
      }
    }
    for (const { series } of bound) series?.record(seconds);
  };
}

interface Accumulation {
  record(value: number): void;
}

interface SeriesMap {
  _hash(attributes: Attributes): string;
  get(attributes: Attributes, hash: string | undefined): Accumulation | undefined;
}

interface Storage {
  readonly hasAttributeProcessor: boolean;
  readonly _deltaMetricStorage: {
    readonly _activeCollectionStorage: SeriesMap;
  };
}

interface Inside {
  readonly _writableMetricStorage?: Storage & {
    readonly _backingStorages?: readonly Storage[];
  };
}

function storagesOf(histogram: Histogram): readonly Storage[] | undefined {
  const storage = (histogram as Histogram & Inside)._writableMetricStorage;
  const storages = storage?._backingStorages ?? (storage && [storage]);
  return storages?.length && storages.every(isKnown) ? storages : undefined;
}

function isKnown(storage: Partial<Storage>): boolean {
  const map = storage._deltaMetricStorage?._activeCollectionStorage;
  return (
    storage.hasAttributeProcessor === false &&
    typeof map?.get === 'function' &&
    typeof map._hash === 'function'
  );
}
