import { vi } from 'vitest';
import type { Cockatiel } from '../../support/cockatiel.ts';
import { Down } from '../support.ts';

/**
 * For situations that the test suites of MicroProfile Fault Tolerance (its TCK), Polly, resilience4j
 * and cockatiel describe, whose numbers of calls are known from there; played with cockatiel, and
 * every counter compared. An attempt is a call: their "maxRetries 5" is our `maxAttempts: 5`.
 */
export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** An async function that fails `times` times, and then succeeds. */
export function failing(times: number, error: () => unknown = () => new Down()) {
  let calls = 0;
  return vi.fn(async () => {
    if (++calls <= times) throw error();
    return 'fine';
  });
}

export function policiesOf(cockatiel: Cockatiel) {
  type Window = ConstructorParameters<typeof cockatiel.CountBreaker>[0];
  return {
    /** Opens after so many failures in a row, or by the share of failures in a window. */
    breakerOf: (
      breaker: number | Window,
      halfOpenAfter = 1000,
      filter = cockatiel.handleAll as ReturnType<typeof cockatiel.handleType>,
    ) =>
      cockatiel.circuitBreaker(filter, {
        halfOpenAfter,
        breaker:
          typeof breaker === 'number'
            ? new cockatiel.ConsecutiveBreaker(breaker)
            : new cockatiel.CountBreaker(breaker),
      }),
    timeout: (ms: number) => cockatiel.timeout(ms, cockatiel.TimeoutStrategy.Aggressive),
  };
}
