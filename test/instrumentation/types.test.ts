import * as four from 'cockatiel';
import * as three from 'cockatiel3';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type InstrumentOptions,
  instrument,
  type PolicySnapshot,
  snapshot,
} from '../../src/index.ts';

/** The compiler is the judge here: `npm run lint` fails where a type is another. */
describe('the type of what instrument gives back', () => {
  it('is that of each policy of cockatiel 4', () => {
    const { handleAll } = four;
    const breaker = { halfOpenAfter: 1, breaker: new four.ConsecutiveBreaker(1) };
    expectTypeOf(instrument('x', four.retry(handleAll, {}))).toEqualTypeOf<four.RetryPolicy>();
    expectTypeOf(
      instrument('x', four.circuitBreaker(handleAll, breaker)),
    ).toEqualTypeOf<four.CircuitBreakerPolicy>();
    expectTypeOf(
      instrument('x', four.timeout(1, four.TimeoutStrategy.Aggressive)),
    ).toEqualTypeOf<four.TimeoutPolicy>();
    expectTypeOf(instrument('x', four.bulkhead(1))).toEqualTypeOf<four.BulkheadPolicy>();
    expectTypeOf(instrument('x', four.fallback(handleAll, 'a'))).toEqualTypeOf<
      four.FallbackPolicy<string>
    >();
    expectTypeOf(instrument('x', four.noop)).toEqualTypeOf<four.NoopPolicy>();
  });

  it('is that of each policy of cockatiel 3.2', () => {
    const { handleAll } = three;
    const breaker = { halfOpenAfter: 1, breaker: new three.ConsecutiveBreaker(1) };
    expectTypeOf(instrument('x', three.retry(handleAll, {}))).toEqualTypeOf<three.RetryPolicy>();
    expectTypeOf(
      instrument('x', three.circuitBreaker(handleAll, breaker)),
    ).toEqualTypeOf<three.CircuitBreakerPolicy>();
    expectTypeOf(
      instrument('x', three.timeout(1, three.TimeoutStrategy.Aggressive)),
    ).toEqualTypeOf<three.TimeoutPolicy>();
    expectTypeOf(instrument('x', three.bulkhead(1))).toEqualTypeOf<three.BulkheadPolicy>();
    expectTypeOf(instrument('x', three.fallback(handleAll, 'a'))).toEqualTypeOf<
      three.FallbackPolicy<string>
    >();
    expectTypeOf(instrument('x', three.noop)).toEqualTypeOf<three.NoopPolicy>();
  });

  it('is that of a stack of cockatiel 4, with its context and its answers', async () => {
    const { handleAll, wrap } = four;
    const bare = wrap(
      four.fallback(handleAll, 'instead' as const),
      four.retry(handleAll, { maxAttempts: 1 }),
      four.timeout(1000, four.TimeoutStrategy.Aggressive),
    );
    const stack = instrument('x', bare);
    expectTypeOf(stack).toEqualTypeOf<typeof bare>();
    const answer = await stack.execute((context) => {
      expectTypeOf(context).toExtend<{ signal: AbortSignal; attempt: number }>();
      return 7;
    });
    expectTypeOf(answer).toEqualTypeOf<number | 'instead'>();
    expect(answer).toBe(7);
  });

  it('is that of a stack of cockatiel 3.2, with its context and its answers', async () => {
    const { handleAll, wrap } = three;
    const bare = wrap(
      three.fallback(handleAll, 'instead' as const),
      three.retry(handleAll, { maxAttempts: 1 }),
      three.timeout(1000, three.TimeoutStrategy.Aggressive),
    );
    const stack = instrument('x', bare);
    expectTypeOf(stack).toEqualTypeOf<typeof bare>();
    const answer = await stack.execute((context) => {
      expectTypeOf(context).toExtend<{ signal: AbortSignal; attempt: number }>();
      return 7;
    });
    expectTypeOf(answer).toEqualTypeOf<number | 'instead'>();
    expect(answer).toBe(7);
  });

  it('is that of a nested stack, and of one of both majors', () => {
    const inner = four.wrap(four.retry(four.handleAll, {}), four.bulkhead(1));
    const nested = four.wrap(four.noop, inner);
    expectTypeOf(instrument('x', nested)).toEqualTypeOf<typeof nested>();
    const mixed = four.wrap(four.noop, three.retry(three.handleAll, {}));
    expectTypeOf(instrument('x', mixed)).toEqualTypeOf<typeof mixed>();
  });

  it("is that of a policy of the user's own, which keeps what it has beside execute", () => {
    const own = { execute: (fn: () => number) => fn(), extra: true };
    const policy = instrument('x', own);
    expectTypeOf(policy).toEqualTypeOf<{ execute: (fn: () => number) => number; extra: boolean }>();
    expect(policy.execute(() => 7)).toBe(7);
  });

  it('is what an interface in the code of a service asks for', () => {
    const policy: four.IPolicy<four.IRetryContext> = instrument(
      'x',
      four.retry(four.handleAll, {}),
    );
    expectTypeOf(policy.execute<string>).returns.toEqualTypeOf<Promise<string>>();
  });
});

describe('the types of the arguments', () => {
  it('refuse what has no execute, and options that are none', () => {
    // @ts-expect-error: no method execute
    expect(() => instrument('x', {})).toThrow(TypeError);
    // @ts-expect-error: a name is a text
    expect(() => instrument(7, four.retry(four.handleAll, {}))).toThrow(TypeError);
    const policy = four.retry(four.handleAll, {});
    // @ts-expect-error: attributes are flat
    expect(() => instrument('x', policy, { attributes: { team: ['a'] } })).toThrow(TypeError);
    // @ts-expect-error: an error type is a text
    const options: InstrumentOptions = { errorType: () => 503 };
    expect(options).toBeDefined();
  });

  it('of a snapshot are readable, and not to be written', () => {
    expectTypeOf(snapshot).returns.toEqualTypeOf<PolicySnapshot[]>();
    expectTypeOf<PolicySnapshot['executions']>().toEqualTypeOf<
      Readonly<
        Record<
          | 'success'
          | 'fallback'
          | 'failure'
          | 'rejected'
          | 'timed_out'
          | 'cancelled'
          | 'not_handled',
          number
        >
      >
    >();
  });
});
