import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../../support/cockatiel.ts';
import { TestSdk } from '../../support/metrics.ts';
import { answerOf, Down, durations, fails, later, moved, NAME, settled } from '../support.ts';
import { failing, policiesOf } from './policies.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)(
  "cockatiel $major in situations of cockatiel's own tests",
  ({ cockatiel }) => {
    const { bulkhead, ConsecutiveBreaker, fallback, handleAll, retry, wrap } = cockatiel;
    const { breakerOf } = policiesOf(cockatiel);
    let sdk: TestSdk;
    beforeEach(() => {
      sdk = new TestSdk();
    });

    it('a fallback around a retry around a circuit that is open', async () => {
      const policy = sdk.instrument(
        NAME,
        wrap(fallback(handleAll, 'instead'), retry(handleAll, { maxAttempts: 3 }), breakerOf(1)),
      );
      for (let i = 0; i < 2; i++) await settled(policy.execute(failing(9)));
      expect(await moved(sdk)).toEqual({
        executions: { fallback: 2 },
        'fallback.calls': { 'used value': 2 },
        'retry.calls': { exhausted: 2 },
        'retry.attempts': { 1: 2, 2: 2, 3: 2 },
        'circuit_breaker.calls': { failure: 1, rejected: 7 },
        'circuit_breaker.transitions': { 'closed open': 1 },
        errors: {
          'circuit_breaker Down': 1,
          'retry Down': 1,
          'retry BrokenCircuitError': 7,
          'fallback BrokenCircuitError': 2,
        },
      });
    });

    it('a circuit whose half-open time grows while its tests fail', async () => {
      const policy = sdk.instrument(
        NAME,
        cockatiel.circuitBreaker(handleAll, {
          halfOpenAfter: new cockatiel.IterableBackoff([1000, 2000]),
          breaker: new ConsecutiveBreaker(1),
        }),
      );
      await settled(policy.execute(failing(1)));
      await later(1000);
      await settled(policy.execute(failing(1)));
      await later(1000);
      await settled(policy.execute(failing(0)));
      await later(1000);
      await settled(policy.execute(failing(0)));
      expect(await moved(sdk)).toEqual({
        executions: { failure: 2, rejected: 1, success: 1 },
        'circuit_breaker.calls': { failure: 2, rejected: 1, success: 1 },
        'circuit_breaker.transitions': {
          'closed open': 1,
          'open half_open': 2,
          'half_open open': 1,
          'half_open closed': 1,
        },
        errors: { 'circuit_breaker Down': 2 },
      });
      const recovery = 'resilience.circuit_breaker.recovery.duration';
      expect(await durations(sdk, recovery)).toEqual({ count: 1, seconds: 3 });
    });

    it('a retry that its caller stops from inside the function', async () => {
      const policy = sdk.instrument(NAME, retry(handleAll, { maxAttempts: 3 }));
      const caller = new AbortController();
      let calls = 0;
      await settled(
        policy.execute(() => {
          if (++calls === 2) caller.abort();
          throw new Down();
        }, caller.signal),
      );
      expect(await moved(sdk)).toEqual({
        executions: { cancelled: 1 },
        'retry.calls': { aborted: 1 },
        'retry.attempts': { 1: 1 },
        errors: { 'retry Down': 2 },
      });
    });

    it('a timeout that its caller stops links the two signals', async () => {
      const policy = sdk.instrument(
        NAME,
        cockatiel.timeout(1000, cockatiel.TimeoutStrategy.Cooperative),
      );
      const caller = new AbortController();
      const call = settled(
        policy.execute(
          ({ signal }) =>
            new Promise((_, reject) => {
              signal.addEventListener('abort', () => reject(new Down()));
            }),
          caller.signal,
        ),
      );
      caller.abort();
      expect(await call).toEqual({ error: new Down() });
      expect(await moved(sdk)).toEqual({
        executions: { cancelled: 1 },
        'timeout.calls': { cancelled: 1 },
      });
    });

    it('a bulkhead empties its queue when calls in it fail', async () => {
      const policy = sdk.instrument(NAME, bulkhead(1, 2));
      const calls = [fails(new Down()), fails(new Down()), () => 'fine'].map((fn) =>
        answerOf(policy.execute(fn)),
      );
      expect(await Promise.all(calls)).toEqual([
        { error: new Down() },
        { error: new Down() },
        { value: 'fine' },
      ]);
      expect(await moved(sdk)).toEqual({
        executions: { failure: 2, success: 1 },
        'bulkhead.calls': { accepted: 3 },
      });
    });
  },
);
