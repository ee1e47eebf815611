// A test of a service, as Jest runs it.
const { ConsecutiveBreaker, circuitBreaker, handleAll, retry, wrap } = require('cockatiel');
const { instrument, snapshot } = require('cockatiel-otel');
const { generate } = require('cockatiel-otel/generate');
const { listen } = require('cockatiel-otel/health');
const { createFetch } = require('cockatiel-otel/http');
const { createPolicy } = require('cockatiel-otel/policies');
const { startMetrics } = require('cockatiel-otel/prometheus');

test('loads every entry, which share their state', async () => {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: 1000,
    breaker: new ConsecutiveBreaker(3),
  });
  const own = instrument('own', wrap(breaker, retry(handleAll, { maxAttempts: 1 })));
  const made = createPolicy('made', 'http');
  const client = createFetch('ops');
  for (const policy of [own, made]) await policy.execute(async () => 42);
  const ops = await listen({}, { port: 0 });
  const health = await client(`${ops.url}/health`);
  expect(await health.json()).toMatchObject({ status: 'healthy', breakers: { total: 3 } });
  expect(await (await fetch(`${ops.url}/live`)).text()).toMatch(/^<!doctype html>/);
  await ops.close();
  const { url, shutdown } = await startMetrics({ port: 0 });
  expect(await (await fetch(url)).text()).toContain('resilience_executions_total{');
  await shutdown();
  expect(snapshot().map(({ name }) => name)).toEqual(['own', 'made', client.policy.name]);
  expect(generate()['alerts/resilience-alerts.yaml']).toContain('alert: Resilience');
});
