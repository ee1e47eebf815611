import type { MeterProvider } from '@opentelemetry/api';
import { ATTR_DEPENDENCY_NAME, ATTR_DEPENDENCY_RESULT } from '../../src/semconv/attributes.ts';
import { DEPENDENCY_AVAILABLE, DEPENDENCY_CHECK_DURATION } from '../../src/semconv/metrics.ts';

/** A check of a dependency, as whoever watches dependencies will tell of it. */
export interface Check {
  readonly name: string;
  readonly result: 'available' | 'slow' | 'unavailable';
  readonly seconds: number;
}

/** Reports what is known of dependencies under the names, units and buckets of the catalog. */
export class Dependencies {
  readonly #available;
  readonly #duration;
  readonly #known = new Map<string, number>();

  constructor(provider: MeterProvider) {
    const meter = provider.getMeter('cockatiel-otel');
    const { name, unit, description, buckets = [] } = DEPENDENCY_CHECK_DURATION;
    this.#available = meter.createUpDownCounter(DEPENDENCY_AVAILABLE.name, DEPENDENCY_AVAILABLE);
    this.#duration = meter.createHistogram(name, {
      unit,
      description,
      advice: { explicitBucketBoundaries: [...buckets] },
    });
  }

  tell({ name, result, seconds }: Check): void {
    const available = result === 'unavailable' ? 0 : 1;
    this.#available.add(available - (this.#known.get(name) ?? 0), { [ATTR_DEPENDENCY_NAME]: name });
    this.#known.set(name, available);
    this.#duration.record(seconds, {
      [ATTR_DEPENDENCY_NAME]: name,
      [ATTR_DEPENDENCY_RESULT]: result,
    });
  }
}
