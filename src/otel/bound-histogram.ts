import type { Attributes, Histogram } from '@opentelemetry/api';
import type { Recorder } from '../metrics/duration-histogram.ts';

/**
 * Creates a recorder of one series of a histogram.
 *
 * For each measurement, the JS SDK sorts the attributes and serializes them as JSON to find the series.
 * This costs ten times as much as all else that this package adds to a call, and the API has no bound
 * instruments. With the storage of SDK 2.x and 3.x, the recorder looks up the series once per
 * collection and records to it directly. In all other cases (another SDK, a view that changes
 * attributes, a missing or overflowed series) it uses the public method. A test compares both.
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
      // A collection replaces the map.
      if (cache.map !== map || cache.series === undefined) {
        cache.map = map;
        cache.series = map.get(attributes, hash);
        if (cache.series === undefined) {
          // The public method records to all storages.
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

interface HistogramInternals {
  readonly _writableMetricStorage?: Storage & {
    readonly _backingStorages?: readonly Storage[];
  };
}

function storagesOf(histogram: Histogram): readonly Storage[] | undefined {
  const storage = (histogram as Histogram & HistogramInternals)._writableMetricStorage;
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
