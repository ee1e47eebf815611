import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Cockatiel, majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { answerOf, Down, fails, moved, NAME } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Listen = (listener: (event: unknown) => void) => { dispose(): void };
type Policy = { execute(fn: () => unknown): Promise<unknown> };

/** A policy of each kind with all of its events, and calls that cause each of them. */
const POLICIES: Record<
  string,
  { make: (cockatiel: Cockatiel) => unknown; events: string[]; play: (policy: Policy) => unknown[] }
> = {
  retry: {
    make: ({ retry, handleAll }) => retry(handleAll, { maxAttempts: 2 }),
    events: ['onSuccess', 'onFailure', 'onRetry', 'onGiveUp'],
    play: (policy) => [policy.execute(fails(new Down())), policy.execute(() => 'fine')],
  },
  'circuit breaker': {
    make: ({ circuitBreaker, ConsecutiveBreaker, handleAll }) =>
      circuitBreaker(handleAll, { halfOpenAfter: 0, breaker: new ConsecutiveBreaker(1) }),
    events: ['onSuccess', 'onFailure', 'onBreak', 'onReset', 'onHalfOpen', 'onStateChange'],
    play: (policy) => [
      policy.execute(fails(new Down())).catch(() => policy.execute(() => 'fine')),
      new Promise((resolve) => setTimeout(resolve, 5)).then(() => {
        const handle = (policy as unknown as { isolate(): { dispose(): void } }).isolate();
        handle.dispose();
      }),
    ],
  },
  timeout: {
    make: ({ timeout, TimeoutStrategy }) => timeout(1, TimeoutStrategy.Aggressive),
    events: ['onSuccess', 'onFailure', 'onTimeout'],
    play: (policy) => [policy.execute(() => new Promise(() => {})), policy.execute(() => 'fine')],
  },
  bulkhead: {
    make: ({ bulkhead }) => bulkhead(0),
    events: ['onReject'],
    play: (policy) => [policy.execute(() => 'never'), policy.execute(() => 'never')],
  },
  fallback: {
    make: ({ fallback, handleAll }) => fallback(handleAll, 'instead'),
    events: ['onSuccess', 'onFailure'],
    play: (policy) => [policy.execute(fails(new Down())), policy.execute(() => 'fine')],
  },
};

/** What the user's listeners hear, in order, if one of them adds and removes others. */
async function heard(
  cockatiel: Cockatiel,
  kind: string,
  event: string,
  others: number,
  instrumented?: 'before' | 'after',
): Promise<string[]> {
  const { make, play } = POLICIES[kind] as (typeof POLICIES)[string];
  const policy = make(cockatiel) as Policy & Record<string, Listen>;
  const sdk = new TestSdk();
  if (instrumented === 'before') sdk.instrument(NAME, policy);
  const log: string[] = [];
  const listen = (listener: (event: unknown) => void) => (policy[event] as Listen)(listener);
  let added = 0;
  const first = listen(() => {
    log.push('first');
    const name = `added ${added++}`;
    listen(() => log.push(name));
    if (added === 2) first.dispose();
  });
  for (let second = 0; second < others; second++) listen(() => log.push(`other ${second}`));
  if (instrumented === 'after') sdk.instrument(NAME, policy);
  const answers = Promise.all(play(policy).map((call) => answerOf(Promise.resolve(call))));
  await vi.runAllTimersAsync();
  return [...log, ...(await answers).map((answer) => String(Object.values(answer)))];
}

describe.each(majors)('cockatiel $major', ({ cockatiel }) => {
  it('calls the same listeners in an emit in which a listener adds or removes one', async () => {
    const wrong: unknown[] = [];
    for (const [kind, { events }] of Object.entries(POLICIES)) {
      for (const event of events) {
        for (const others of [0, 1]) {
          const bare = await heard(cockatiel, kind, event, others);
          expect(bare, `${kind} ${event}`).toContain('first');
          for (const order of ['before', 'after'] as const) {
            const instrumented = await heard(cockatiel, kind, event, others, order);
            if (instrumented.join() !== bare.join()) {
              wrong.push([kind, event, others, order, instrumented, bare]);
            }
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('sees the transition to isolated that a listener of onBreak causes', async () => {
    const { circuitBreaker, ConsecutiveBreaker, handleAll } = cockatiel;
    for (const order of ['before', 'after']) {
      const sdk = new TestSdk();
      const breaker = circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new ConsecutiveBreaker(1),
      });
      if (order === 'before') sdk.instrument(NAME, breaker);
      breaker.onBreak((reason) => void ('isolated' in reason || breaker.isolate()));
      if (order === 'after') sdk.instrument(NAME, breaker);
      await answerOf(breaker.execute(fails(new Down())));
      expect((await moved(sdk))['circuit_breaker.transitions']).toEqual({
        'closed open': 1,
        'open isolated': 1,
      });
    }
  });

  it('counts a call once that a listener makes and isolates in a half-open circuit', async () => {
    const { circuitBreaker, ConsecutiveBreaker, handleAll } = cockatiel;
    for (const order of ['before', 'after']) {
      const sdk = new TestSdk();
      const breaker = circuitBreaker(handleAll, {
        halfOpenAfter: 10,
        breaker: new ConsecutiveBreaker(1),
      });
      if (order === 'before') sdk.instrument(NAME, breaker);
      const inner: Promise<unknown>[] = [];
      const own = breaker.onHalfOpen(() => {
        own.dispose();
        inner.push(answerOf(breaker.execute(() => 'inner')));
        breaker.isolate();
      });
      if (order === 'after') sdk.instrument(NAME, breaker);
      const failed = answerOf(breaker.execute(fails(new Down())));
      await vi.runAllTimersAsync();
      await failed;
      await vi.advanceTimersByTimeAsync(10);
      const outer = answerOf(breaker.execute(() => 'outer'));
      await vi.runAllTimersAsync();
      await Promise.all([outer, ...inner]);
      const { executions, ...counts } = await moved(sdk);
      const sum = (numbers: unknown) =>
        Object.values(numbers as Record<string, number>).reduce((all, value) => all + value, 0);
      expect([sum(executions), sum(counts['circuit_breaker.calls'])]).toEqual([3, 3]);
    }
  });

  it('counts failures of a breaker that is given no function', async () => {
    const { circuitBreaker, ConsecutiveBreaker, handleAll } = cockatiel;
    const sdk = new TestSdk();
    const breaker = sdk.instrument(
      NAME,
      circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(3) }),
    );
    for (let i = 0; i < 4; i++) await answerOf(breaker.execute(undefined as never));
    expect(await moved(sdk)).toEqual({
      executions: { failure: 3, rejected: 1 },
      'circuit_breaker.calls': { failure: 3, rejected: 1 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      errors: { 'circuit_breaker TypeError': 3 },
    });
  });
});
