import {
  AggregationTemporality,
  type Histogram,
  MeterProvider,
  MetricReader,
  type MetricReaderOptions,
} from '@opentelemetry/sdk-metrics';
import { instrument } from '../../src/index.ts';

class TestReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

export type Attributes = Readonly<Record<string, unknown>>;

/** A real SDK that is read by hand. */
export class TestSdk {
  readonly reader: MetricReader;
  readonly provider: MeterProvider;
  /** `instrument`, reporting to this SDK. */
  readonly instrument: typeof instrument = (name, policy, options) =>
    instrument(name, policy, { meterProvider: this.provider, ...options });

  constructor(options: MetricReaderOptions = {}) {
    this.reader = new TestReader({
      aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
      ...options,
    });
    this.provider = new MeterProvider({ readers: [this.reader] });
  }

  async collect() {
    const { resourceMetrics, errors } = await this.reader.collect();
    if (errors.length > 0) throw errors[0];
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  }

  /** The value of the one series that has these attributes; a histogram's is its count. */
  async value(metric: string, attributes: Attributes = {}): Promise<number | undefined> {
    const points = await this.points(metric, attributes);
    if (points.length > 1) throw new Error(`${points.length} series of ${metric} match`);
    const value = points[0]?.value as number | Histogram | undefined;
    return typeof value === 'object' ? value.count : value;
  }

  /** Every series of a metric that has these attributes. */
  async points(metric: string, attributes: Attributes = {}) {
    const data = (await this.collect()).find(({ descriptor }) => descriptor.name === metric);
    return (data?.dataPoints ?? []).filter((point) =>
      Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
    );
  }
}
