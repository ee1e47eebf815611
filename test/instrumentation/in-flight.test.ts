import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { uninstrument } from '../../src/index.ts';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { answerOf, Down, durations, fails, later, levels, moved, NAME } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)('cockatiel $major, calls that run', ({ cockatiel }) => {
  const { bulkhead, ConstantBackoff, fallback, handleAll, retry, timeout, wrap } = cockatiel;
  const newStack = () =>
    wrap(
      fallback(handleAll, 'instead'),
      retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(20) }),
      cockatiel.circuitBreaker(handleAll, {
        halfOpenAfter: 10,
        breaker: new cockatiel.ConsecutiveBreaker(2),
      }),
      bulkhead(1, 1),
      timeout(50, cockatiel.TimeoutStrategy.Aggressive),
    );
  const slow = () =>
    new Promise<never>((_, reject) => {
      setTimeout(reject, 30, new Down());
    });
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  /** Of the histograms that count what a counter counts, too. */
  async function pairs(name = NAME) {
    const sum = (value: unknown): number =>
      typeof value === 'number'
        ? value
        : Object.values(value ?? {}).reduce((a, b) => a + sum(b), 0);
    const counts = await moved(sdk, name);
    const count = async (metric: string) =>
      (await durations(sdk, metric, { 'resilience.policy.name': name })).count;
    return {
      executions: [sum(counts['executions']), await count('resilience.execution.duration')],
      retries: [sum(counts['retry.attempts']), await count('resilience.retry.delay')],
    };
  }

  it('are in counters and histograms, or in neither, if their policy is uninstrumented', async () => {
    const wrong: unknown[] = [];
    for (const at of [0, 10, 30, 40, 60, 90]) {
      for (const isReported of [false, true]) {
        const name = `${at} ${isReported}`;
        const stack = sdk.instrument(name, newStack());
        const answers = [answerOf(stack.execute(slow)), answerOf(stack.execute(slow))];
        await later(at);
        uninstrument(stack);
        // After its last report, the name and its counters are gone.
        const counted = isReported ? await pairs(name) : undefined;
        await vi.runAllTimersAsync();
        await Promise.all(answers);
        const again = sdk.instrument(name, retry(handleAll, {}));
        for (const [kind, [counter, histogram]] of Object.entries(await pairs(name))) {
          const expected = counted ? counted[kind as keyof typeof counted][1] : counter;
          if (histogram !== expected) wrong.push([name, kind, histogram, expected]);
        }
        uninstrument(again);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('count once if their policy is instrumented anew, under the same or another name', async () => {
    for (const second of [NAME, 'anew']) {
      for (const at of [0, 10, 30, 40, 60]) {
        const one = new TestSdk();
        sdk = one;
        const stack = sdk.instrument(NAME, newStack());
        const answer = answerOf(stack.execute(slow));
        await later(at);
        uninstrument(stack);
        sdk.instrument(second, stack);
        await vi.runAllTimersAsync();
        await answer;
        const all = [await moved(sdk, NAME), second === NAME ? {} : await moved(sdk, second)];
        const sum = (metric: string, key: string) =>
          all.reduce(
            (count, item) => count + ((item[metric] as Record<string, number>)?.[key] ?? 0),
            0,
          );
        const place = `${second} at ${at}`;
        // Two failures open the circuit; the third attempt is its probe.
        expect(sum('errors', 'circuit_breaker Down'), place).toBe(3);
        expect(sum('errors', 'retry Down'), place).toBe(3);
        expect(sum('circuit_breaker.transitions', 'closed open'), place).toBe(1);
        expect(sum('circuit_breaker.transitions', 'open half_open'), place).toBe(1);
        expect(sum('circuit_breaker.transitions', 'half_open open'), place).toBe(1);
        expect(sum('executions', 'fallback'), place).toBe(1);
        const delays = await durations(sdk, 'resilience.retry.delay');
        expect(delays, place).toEqual({ count: 2, seconds: 0.04 });
        uninstrument(stack);
      }
    }
  });

  it('from before count nowhere, nor do their retries', async () => {
    for (const at of [0, 10, 30, 40, 60]) {
      const own = new TestSdk();
      const policy = retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(20) });
      const stack = wrap(fallback(handleAll, 'instead'), policy);
      const before = answerOf(stack.execute(slow));
      await later(at);
      own.instrument(NAME, stack);
      await vi.runAllTimersAsync();
      expect(await before).toEqual({ value: 'instead' });
      expect(await moved(own), `at ${at}`).toEqual({});
      expect(await levels(own)).toEqual({});
      expect(await durations(own, 'resilience.retry.delay')).toMatchObject({ count: 0 });
      // Beside one that counts.
      const second = answerOf(stack.execute(fails(new Down())));
      await vi.runAllTimersAsync();
      await second;
      expect(await moved(own), `at ${at}`).toMatchObject({
        executions: { fallback: 1 },
        'retry.calls': { exhausted: 1 },
        errors: { 'retry Down': 3, 'fallback Down': 1 },
      });
    }
  });
});
