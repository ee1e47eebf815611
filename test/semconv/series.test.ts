import { readFileSync } from 'node:fs';
import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  fallback,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { labelName } from '../../src/semconv/prometheus.ts';
import { TestExporter } from '../support/exporter.ts';

const NAME = 'servicenow';
const HALF_OPEN_AFTER_MS = 10_000;

/** Lines of a scrape that are about the stack, at most: what a backend stores and bills. */
const LIMITS = { idle: 40, healthy: 60, trouble: 90 };

/** As many as `docs/performance.md` says. */
const SERIES = { idle: 38, healthy: 51, trouble: 89 };

/** What the fallback does. */
let answer: () => unknown;

const down = () => Promise.reject(new Error('down'));
const hang = () => new Promise<never>(() => {});

function newStack() {
  return wrap(
    fallback(handleAll, () => answer()),
    circuitBreaker(handleAll, {
      halfOpenAfter: HALF_OPEN_AFTER_MS,
      breaker: new ConsecutiveBreaker(5),
    }),
    retry(handleAll, { maxAttempts: 2 }),
    bulkhead(2, 1),
    timeout(1000, TimeoutStrategy.Aggressive),
  );
}

describe('the series of a stack of five', () => {
  let exporter: TestExporter;
  let stack: ReturnType<typeof newStack>;
  beforeEach(() => {
    answer = () => 'instead';
    exporter = new TestExporter();
    stack = exporter.instrument(NAME, newStack());
  });
  afterEach(async () => {
    vi.useRealTimers();
    await exporter.stop();
  });

  const lines = async () => {
    vi.useRealTimers();
    const policy = labelName('resilience.policy.name', 'prometheus-exporter');
    return (await exporter.scrape()).filter(({ labels }) => labels[policy] === NAME).length;
  };
  const settled = async (...calls: Promise<unknown>[]) => {
    const ended = Promise.allSettled(calls);
    await vi.runAllTimersAsync();
    await ended;
  };
  /** Everything that an outage of a dependency does to a stack: failed, slow, queued, rejected calls. */
  const outage = async () => {
    vi.useFakeTimers();
    for (let i = 0; i < 6; i++) await settled(stack.execute(down));
    answer = down;
    await settled(stack.execute(() => 'rejected'));
    vi.advanceTimersByTime(HALF_OPEN_AFTER_MS);
    await settled(stack.execute(hang));
    vi.advanceTimersByTime(HALF_OPEN_AFTER_MS);
    await settled(stack.execute(() => 'back'));
    const slow = () => new Promise((resolve) => setTimeout(resolve, 100));
    await settled(...[1, 2, 3, 4].map(() => stack.execute(slow)));
  };

  it('are few before the first call', async () => {
    expect(await lines()).toBe(SERIES.idle);
  });

  it('are few where all is well', async () => {
    for (let i = 0; i < 10; i++) await stack.execute(() => 'fine');
    expect(await lines()).toBe(SERIES.healthy);
  });

  it('are few after trouble', async () => {
    await outage();
    expect(await lines()).toBe(SERIES.trouble);
  });

  it('are within the limits, and as many as the docs say', () => {
    for (const [when, limit] of Object.entries(LIMITS)) {
      expect(SERIES[when as keyof typeof LIMITS]).toBeLessThanOrEqual(limit);
    }
    const { idle, healthy, trouble } = SERIES;
    const docs = readFileSync('docs/performance.md', 'utf8');
    expect(docs).toContain(`stack of five | ${idle} | ${healthy} | ${trouble} |`);
  });
});
