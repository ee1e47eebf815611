import type { MeterProvider } from '@opentelemetry/api';
import {
  bulkhead,
  ConsecutiveBreaker,
  ConstantBackoff,
  circuitBreaker,
  fallback,
  handleAll,
  handleType,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { vi } from 'vitest';
import { monitorDependencies } from '../../src/dependencies/monitor/monitor-dependencies.ts';
import { healthRoutes } from '../../src/health/index.ts';
import type { instrument } from '../../src/index.ts';
import { gather } from '../../src/policies/gather/gather.ts';
import { RetryBudget } from '../../src/policies/members/retry-budget.ts';

const RESET_MS = 10_000;

/**
 * One stack of five and the calls that move each of its metrics away from zero: it fails, opens,
 * rejects, recovers, times out, and leaves one call running and one in the queue.
 *
 * Runs on vitest's fake timers, and leaves the real ones in place.
 */
export async function moveEveryMetric(to: typeof instrument, name: string): Promise<void> {
  vi.useFakeTimers();
  try {
    const stack = to(
      name,
      wrap(
        fallback(handleAll, 'instead'),
        retry(new RetryBudget().wrap(handleAll), {
          maxAttempts: 1,
          backoff: new ConstantBackoff(50),
        }),
        circuitBreaker(handleAll, {
          halfOpenAfter: RESET_MS,
          breaker: new ConsecutiveBreaker(2),
        }),
        bulkhead(1, 1),
        timeout(1000, TimeoutStrategy.Aggressive),
      ),
      {
        errorType() {
          throw new Error('a hook of the user that fails');
        },
      },
    );
    const settled = async (...calls: Promise<unknown>[]) => {
      await vi.runAllTimersAsync();
      await Promise.all(calls);
    };
    const never = () => new Promise<never>(() => {});

    await settled(stack.execute(never));
    await settled(stack.execute(() => 'rejected before it is called'));
    vi.advanceTimersByTime(RESET_MS);
    await settled(stack.execute(() => 'the probe'));
    await settled(
      stack.execute(() => Promise.resolve('first')),
      stack.execute(() => 'queued'),
      stack.execute(() => 'more than the queue holds'),
    );
    // Without a fallback callers are told that they were turned away.
    await settled(
      to(name, bulkhead(0))
        .execute(never)
        .catch(() => {}),
    );
    void stack.execute(never);
    void stack.execute(never);
    await vi.advanceTimersByTimeAsync(500);
  } finally {
    vi.useRealTimers();
  }
  await endWithoutFailure(to, name);
  await administerEach(name);
}

/** Calls that end with an error and are no failure: no filter handles it, or the caller has aborted. */
async function endWithoutFailure(to: typeof instrument, name: string): Promise<void> {
  const policy = to(name, retry(handleType(RangeError), { maxAttempts: 3 }));
  const caller = new AbortController();
  const notFound = () => Promise.reject(new Error('not found'));
  await policy.execute(notFound).catch(() => {});
  const aborted = () => Promise.reject(caller.abort());
  await policy.execute(aborted, caller.signal).catch(() => {});
}

/** Referenced, as the state of a policy that the garbage collector took is not reported. */
const openCircuits: unknown[] = [];

/** A circuit that opens now, and stays open, and one that is isolated. */
export async function openCircuit(to: typeof instrument, name: string): Promise<void> {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: RESET_MS,
    breaker: new ConsecutiveBreaker(1),
  });
  openCircuits.push(breaker);
  const failure = () => Promise.reject(new Error('down'));
  await to(name, breaker)
    .execute(failure)
    .catch(() => {});
  const isolated = circuitBreaker(handleAll, {
    halfOpenAfter: RESET_MS,
    breaker: new ConsecutiveBreaker(9),
  });
  openCircuits.push(isolated);
  to(name, isolated).isolate();
}

/** What can be done to the circuit breakers of a name by hand. */
export async function administerEach(name: string): Promise<void> {
  const token = 'only-for-this-test';
  using routes = healthRoutes({ token });
  for (const action of ['isolate', 'release', 'reset']) {
    const request = new Request(`http://localhost/circuit-breakers/${name}/${action}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    const { status } = await routes.fetch(request);
    if (status !== 200) throw new Error(`${action} answered ${status}`);
  }
}

/** Answers of each status, gathered from two parts. */
export async function moveDegradation(meterProvider: MeterProvider, name: string): Promise<void> {
  const fine = () => 'there';
  const fails = () => Promise.reject(new Error('down'));
  for (const parts of [
    { workday: fine, ad: fine },
    { workday: fine, ad: fails },
    { workday: fails, ad: fails },
  ]) {
    await gather(parts, { name, meterProvider });
  }
}

/**
 * Checks of a dependency that is available, then slow, then gone, and is recovered at the second
 * attempt.
 *
 * Runs on vitest's fake timers, and leaves the real ones in place.
 */
export async function moveDependency(meterProvider: MeterProvider, name: string): Promise<void> {
  vi.useFakeTimers();
  try {
    const answers = [true, 'slow', false, true];
    const check = async () => {
      const answer = answers.shift();
      if (answer === 'slow') await new Promise((resolve) => setTimeout(resolve, 6000));
      return answer;
    };
    const recover = ({ attempt }: { attempt: number }) => attempt > 1;
    using _ = monitorDependencies({ [name]: { check, recover } }, { jitter: 0, meterProvider });
    await vi.advanceTimersByTimeAsync(80_000);
  } finally {
    vi.useRealTimers();
  }
}
