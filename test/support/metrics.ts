import type {
  Histogram,
  MeterProvider,
  MetricReader,
  ViewOptions,
} from '@opentelemetry/sdk-metrics';
import * as sdk3 from '@opentelemetry/sdk-metrics';
import { instrument } from '../../src/index.ts';
import type { Sdk } from './sdks.ts';

export type Attributes = Readonly<Record<string, unknown>>;

interface TestSdkOptions {
  /** @default 3.x */
  readonly sdk?: Sdk;
  /** One reader for each. @default one that is cumulative */
  readonly readers?: readonly ('cumulative' | 'delta')[];
  readonly views?: ViewOptions[];
}

/** A real SDK that is read by hand. */
export class TestSdk {
  readonly readers: readonly MetricReader[];
  readonly provider: MeterProvider;
  /** `instrument`, reporting to this SDK. */
  readonly instrument: typeof instrument = (name, policy, options) =>
    instrument(name, policy, { meterProvider: this.provider, ...options });

  constructor({ sdk = sdk3, readers = ['cumulative'], views = [] }: TestSdkOptions = {}) {
    const { AggregationTemporality } = sdk;
    class TestReader extends sdk.MetricReader {
      protected override async onShutdown(): Promise<void> {}
      protected override async onForceFlush(): Promise<void> {}
    }
    this.readers = readers.map(
      (temporality) =>
        new TestReader({
          aggregationTemporalitySelector: () =>
            temporality === 'delta'
              ? AggregationTemporality.DELTA
              : AggregationTemporality.CUMULATIVE,
        }),
    );
    this.provider = new sdk.MeterProvider({ readers: [...this.readers], views });
  }

  async collect(reader = 0) {
    const collected = await this.readers[reader]?.collect();
    if (collected === undefined) throw new Error(`there is no reader ${reader}`);
    if (collected.errors.length > 0) throw collected.errors[0];
    return collected.resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  }

  /** The value of the one series that has these attributes; a histogram's is its count. */
  async value(
    metric: string,
    attributes: Attributes = {},
    reader = 0,
  ): Promise<number | undefined> {
    const points = await this.points(metric, attributes, reader);
    if (points.length > 1) throw new Error(`${points.length} series of ${metric} match`);
    const value = points[0]?.value as number | Histogram | undefined;
    return typeof value === 'object' ? value.count : value;
  }

  /** Every series of a metric that has these attributes. */
  async points(metric: string, attributes: Attributes = {}, reader = 0) {
    const data = (await this.collect(reader)).find(({ descriptor }) => descriptor.name === metric);
    return (data?.dataPoints ?? []).filter((point) =>
      Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
    );
  }
}
