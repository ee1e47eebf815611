import type { Attributes, Meter } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics';
import { instrument } from 'cockatiel-otel';
import { METRICS } from '../src/semconv/metrics.ts';
import { measure, medianOf } from './paired.ts';
import { newStack, noOp } from './policies.ts';
import type { Result } from './result.ts';

class Reader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

const VIEWS = [{ instrumentName: '*', aggregationCardinalityLimit: 20_000 }];

/** 200 stacks of five: a scrape, against one of as many series of plain instruments. */
export async function run(): Promise<Result[]> {
  const ours = new Reader();
  const provider = new MeterProvider({ readers: [ours], views: VIEWS });
  for (let i = 0; i < 200; i++) {
    const stack = instrument(`stack ${i}`, newStack(), { meterProvider: provider });
    await stack.execute(noOp);
  }
  const { resourceMetrics } = await ours.collect();
  const collected = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  const plain = plainReader(collected);

  const serializer = new PrometheusSerializer();
  const scrape = async (reader: MetricReader) =>
    serializer.serialize((await reader.collect()).resourceMetrics);
  const rounds = await measure(
    { plain: () => scrape(plain), ours: () => scrape(ours) },
    { rounds: 41, calls: 1 },
  );
  const series = collected.reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
  const milliseconds = (side: string) =>
    `${(medianOf(rounds, (time) => time(side)) / 1e6).toFixed(1)} ms`;
  return [
    {
      measure: 'collect and serialise 200 stacks of five / as many plain series',
      value: medianOf(rounds, (time) => time('ours') / time('plain')),
      limit: 1.3,
      detail: `${series} series: ours ${milliseconds('ours')}, plain ${milliseconds('plain')}`,
    },
  ];
}

/** The same metrics with the same attributes, made with the instruments that everybody uses. */
function plainReader(collected: readonly MetricData[]): MetricReader {
  const reader = new Reader();
  const meter = new MeterProvider({ readers: [reader], views: VIEWS }).getMeter('plain');
  for (const { descriptor, dataPoints } of collected) {
    const add = instrumentOf(meter, descriptor.name);
    for (const { attributes } of dataPoints) add(attributes);
  }
  return reader;
}

function instrumentOf(meter: Meter, name: string): (attributes: Attributes) => void {
  const metric = METRICS.find((each) => each.name === name);
  switch (metric?.instrument) {
    case 'histogram': {
      const histogram = meter.createHistogram(name, {
        advice: { explicitBucketBoundaries: [...(metric.buckets ?? [])] },
      });
      return (attributes) => histogram.record(0.1, attributes);
    }
    case 'gauge': {
      const gauge = meter.createGauge(name);
      return (attributes) => gauge.record(1, attributes);
    }
    case 'updowncounter': {
      const counter = meter.createUpDownCounter(name);
      return (attributes) => counter.add(1, attributes);
    }
    default: {
      const counter = meter.createCounter(name);
      return (attributes) => counter.add(1, attributes);
    }
  }
}
