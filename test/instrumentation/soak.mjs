/**
 * Makes a million calls of random outcomes through instrumented policies of both majors of cockatiel,
 * and prints the heap after the warm-up and at the end, in bytes. A plain script with the built
 * package, run with `--expose-gc`; with the argument `bare`, without instrumentation.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import * as cockatiel4 from 'cockatiel';
import { instrument } from 'cockatiel-otel';
import * as cockatiel3 from 'cockatiel3';

const CALLS = Number(process.env.SOAK_CALLS ?? 1_000_000);
const WARM_UP = CALLS / 4;
const BATCH = 500;

// Half of the time would go into stacks.
Error.stackTraceLimit = 0;

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const reader = new Reader();
const meterProvider = new MeterProvider({ readers: [reader] });
const isBare = process.argv.includes('bare');
const own = (policy) => (isBare ? policy : instrument('soak', policy, { meterProvider }));

/** The same in each run; mulberry32. */
let seed = 1;
function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const pick = (all) => all[Math.floor(random() * all.length)];
/** Timeouts are rarer, as each makes a signal of its own, which takes most of the time. */
const pickStack = () => (random() < 0.1 ? pick(timedOut) : pick(others));

const custom = { execute: async (fn, signal) => fn({ signal }) };
const coalescing = { execute: (fn, signal) => Promise.resolve(fn({ signal })) };

function stacksOf(c) {
  const breaker = (failures, halfOpenAfter) =>
    c.circuitBreaker(c.handleAll, { halfOpenAfter, breaker: new c.ConsecutiveBreaker(failures) });
  const retry = () => c.retry(c.handleAll, { maxAttempts: 1 });
  const timeout = (strategy) => c.timeout(2, strategy);
  const { Aggressive, Cooperative } = c.TimeoutStrategy;
  const delayed = c.wrap(c.fallback(c.handleAll, 'instead'), breaker(3, 0), retry());
  const { execute } = delayed;
  delayed.execute = async (fn, signal) => {
    await null;
    return execute(fn, signal);
  };
  return [
    c.wrap(
      c.fallback(c.handleAll, 'instead'),
      retry(),
      breaker(5, 0),
      c.bulkhead(20, 50),
      timeout(Aggressive),
    ),
    c.wrap(timeout(Cooperative), breaker(1, 0), retry()),
    // Waiters of half-open probes.
    c.wrap(breaker(1, 0), timeout(Aggressive)),
    c.wrap(c.fallback(c.handleAll, 'instead'), breaker(1, 0), custom),
    breaker(1, 0),
    // Queues.
    c.wrap(c.bulkhead(2, 100), timeout(Aggressive)),
    c.wrap(retry(), c.bulkhead(2, 100), breaker(3, 0)),
    c.wrap(timeout(Aggressive), c.bulkhead(3, 3), retry()),
    c.wrap(custom, retry(), c.noop, coalescing, timeout(Aggressive)),
    c.wrap(
      retry(),
      own(c.wrap(c.fallback(c.handleAll, 'inner'), breaker(2, 1))),
      timeout(Cooperative),
    ),
    delayed,
    retry(),
    c.fallback(c.handleAll, 'instead'),
  ]
    .filter((policy) => !(c === cockatiel3 && isTimedOut(policy)))
    .map((policy) => ({
      policy: own(policy),
      isAbortable: c !== cockatiel3 || !hasQueue(policy),
      hasTimeout: policy.wrapped?.some((each) => 'onTimeout' in each) ?? false,
    }));
}

/** cockatiel 3 starts none of its queue after a call that was aborted in it. */
const hasQueue = (policy) => policy.wrapped?.some((each) => 'queueSlots' in each) ?? false;
const isTimedOut = (policy) => hasQueue(policy) && 'onTimeout' in policy.wrapped[0];

const stacks = [cockatiel3, cockatiel4].flatMap(stacksOf);
const timedOut = stacks.filter(({ hasTimeout }) => hasTimeout);
const others = stacks.filter(({ hasTimeout }) => !hasTimeout);
/** A function that closes over something, so that who keeps it is seen. */
function functionOf() {
  const payload = new Array(20).fill(random());
  const error = () => Object.assign(new Error('down'), { payload });
  const dice = random();
  if (dice < 0.4) return () => payload.length;
  if (dice < 0.6) return async () => payload;
  if (dice < 0.8) return async () => Promise.reject(error());
  if (dice < 0.9) {
    return () => {
      throw error();
    };
  }
  if (dice < 0.995) return () => nextTurn(payload);
  return ({ signal }) =>
    new Promise((_, reject) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        reject(error());
      };
      const timer = setTimeout(end, 4);
      signal?.addEventListener('abort', end);
    });
}

function call() {
  const { policy, isAbortable } = pickStack();
  const caller = isAbortable && random() < 0.1 ? new AbortController() : undefined;
  const answer = Promise.resolve()
    .then(() => policy.execute(functionOf(), caller?.signal))
    .catch(() => {});
  if (caller && random() < 0.5) queueMicrotask(() => caller.abort());
  return answer;
}

async function run(calls) {
  for (let made = 0; made < calls; made += BATCH) {
    await Promise.all(Array.from({ length: BATCH }, call));
    if (made % 50_000 === 0) await reader.collect();
  }
}

/** What is left when nothing runs. */
async function heap() {
  const sizes = [];
  for (let i = 0; i < 10; i++) {
    global.gc();
    await nextTurn();
    sizes.push(process.memoryUsage().heapUsed);
  }
  return Math.min(...sizes);
}

await run(WARM_UP);
const before = await heap();
await run(CALLS - WARM_UP);
console.log(JSON.stringify({ calls: CALLS, before, after: await heap() }));
