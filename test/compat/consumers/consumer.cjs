// The same from CommonJS, with an SDK that is registered through `require`, after the policy is made.
const { handleAll, retry } = require('cockatiel');
const { instrument, snapshot } = require('cockatiel-otel');
const { metrics } = require('@opentelemetry/api');
const { MeterProvider } = require('@opentelemetry/sdk-metrics');
const { PrometheusExporter, PrometheusSerializer } = require('@opentelemetry/exporter-prometheus');

const policy = instrument('service', retry(handleAll, { maxAttempts: 1 }));
const reader = new PrometheusExporter({ preventServerStart: true });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

let calls = 0;
policy
  .execute(() => {
    if (++calls === 1) throw new Error('once');
  })
  .then(() => reader.collect())
  .then(({ resourceMetrics }) => {
    const scraped = new PrometheusSerializer().serialize(resourceMetrics);
    console.log(JSON.stringify({ snapshot: snapshot(), scraped }));
  });
