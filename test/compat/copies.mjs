/**
 * Prints, as JSON, what two copies of the built package in one process know of each other. Beside it
 * are `one` and `two`, the copies.
 */
import { createRequire } from 'node:module';
import * as c from 'cockatiel';

async function load(copy) {
  return {
    ...(await import(`./${copy}/dist/index.js`)),
    ...(await import(`./${copy}/dist/health/index.js`)),
  };
}

const one = await load('one');
const two = await load('two');
const { MeterProvider, MetricReader } = createRequire(import.meta.url)(
  '@opentelemetry/sdk-metrics',
);

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

const down = async () => Promise.reject(new Error('down'));
const hang = () => new Promise(() => {});
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const breakerOf = (failures = 99) =>
  c.circuitBreaker(c.handleAll, {
    halfOpenAfter: 1000,
    breaker: new c.ConsecutiveBreaker(failures),
  });
const answerOf = (promise) => promise.then(String, (error) => error.constructor.name);
const counted = (counts) => Object.fromEntries(Object.entries(counts).filter(([, count]) => count));
const find = (copy, name) => copy.snapshot().find((each) => each.name === name);
const results = {};

// Members of the one copy in a stack of the other, both ways.
for (const [names, outer, inner] of [
  ['two in one', one, two],
  ['one in two', two, one],
]) {
  const fallback = inner.instrument(`fallback, ${names}`, c.fallback(c.handleAll, 'instead'));
  const timeout = inner.instrument(`timeout, ${names}`, c.timeout(5, c.TimeoutStrategy.Aggressive));
  const nested = inner.instrument(
    `nested, ${names}`,
    c.wrap(c.retry(c.handleAll, { maxAttempts: 0 }), timeout),
  );
  const answering = outer.instrument(
    `answering, ${names}`,
    c.wrap(c.bulkhead(9), fallback, breakerOf()),
  );
  const hanging = outer.instrument(`hanging, ${names}`, c.wrap(breakerOf(), nested));
  results[names] = {
    answers: [await answerOf(answering.execute(down)), await answerOf(hanging.execute(hang))],
    answering: counted(find(outer, `answering, ${names}`).executions),
    hanging: counted(find(outer, `hanging, ${names}`).executions),
    nested: counted(find(outer, `nested, ${names}`).executions),
    seenByTheOther: [`answering, ${names}`, `fallback, ${names}`].map(
      (name) => find(one, name) !== undefined && find(two, name) !== undefined,
    ),
  };
}

// A policy keeps its first name, whichever copy gave it; each copy undoes what the other did.
const shared = breakerOf();
const stackOne = one.instrument(
  'stack one',
  c.wrap(c.retry(c.handleAll, { maxAttempts: 0 }), shared),
);
const stackTwo = two.instrument('stack two', c.wrap(shared, c.bulkhead(1)));
two.uninstrument(stackOne);
await stackTwo.execute(async () => 'fine');
const retained = counted(find(one, 'stack one').circuitBreaker.calls);
one.uninstrument(stackTwo);
results.shared = {
  retained,
  left: [find(one, 'stack one'), find(two, 'stack two')].map((each) => each !== undefined),
  ownExecute: Object.hasOwn(shared, 'execute'),
};

// A call in flight, and another copy instruments anew.
const flying = one.instrument(
  'flying',
  c.retry(c.handleAll, { maxAttempts: 1, backoff: new c.ConstantBackoff(20) }),
);
const flight = answerOf(flying.execute(down));
await sleep(5);
one.uninstrument(flying);
two.instrument('flying', flying);
results.flying = {
  answer: await flight,
  again: await answerOf(flying.execute(down)),
  counts: two
    .snapshot()
    .filter(({ name }) => name === 'flying')
    .map(({ executions, retry }) => [counted(executions), counted(retry.calls), retry.attempts[1]]),
};

// Two policies that share an executor.
const timeout = one.instrument('executor', c.timeout(1000, c.TimeoutStrategy.Cooperative));
const unref = two.instrument('unref', timeout.dangerouslyUnref());
results.executor = [
  await answerOf(timeout.execute(async () => 1)),
  await answerOf(unref.execute(async () => 2)),
  counted(find(two, 'executor').timeout.calls),
  counted(find(one, 'unref').timeout.calls),
];

// The routes and the administration of the one copy, and a breaker of the other.
const breaker = two.instrument('by name', breakerOf());
const TOKEN = 'a-token-of-enough-characters';
const { url, close } = await one.listen({ token: TOKEN }, { port: 0 });
const ask = async (method, path) => {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  return { status: response.status, text: await response.text() };
};
const list = await ask('GET', '/circuit-breakers');
const isolated = await ask('POST', '/circuit-breakers/by%20name/isolate');
results.routes = {
  list: list.text.includes('by name'),
  listed: list.status,
  isolated: isolated.status,
  state: c.CircuitState[breaker.state],
  later: c.CircuitState[two.instrument('by name', breakerOf()).state],
};
const closed = await ask('POST', '/circuit-breakers/by%20name/release');
results.routes.released = [closed.status, c.CircuitState[breaker.state]];
await close();

// One report for one provider, whichever copy has the policy.
const reader = new Reader();
const meterProvider = new MeterProvider({ readers: [reader] });
const names = ['of one', 'of two', 'of both'];
for (const [index, copy] of [one, two].entries()) {
  for (const name of [names[index], 'of both']) {
    const policy = copy.instrument(name, c.retry(c.handleAll, {}), { meterProvider });
    await policy.execute(async () => 1);
  }
}
await reader.collect();
const { resourceMetrics } = await reader.collect();
results.reported = resourceMetrics.scopeMetrics
  .flatMap(({ metrics }) => metrics)
  .filter(({ descriptor }) => descriptor.name === 'resilience.executions')
  .flatMap(({ dataPoints }) => dataPoints)
  .filter(({ value }) => value > 0)
  .map(({ attributes, value }) => `${attributes['resilience.policy.name']}: ${value}`)
  .sort();
console.log(JSON.stringify(results));
process.exit(0);
