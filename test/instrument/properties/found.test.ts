import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { instrument, type PolicySnapshot, snapshot } from '../../../src/index.ts';
import { majors } from '../../support/cockatiel.ts';
import { Instrumented } from './instrumented.ts';
import { play } from './play.ts';
import type { Node, Scenario } from './scenario.ts';

/** What the properties have found, each in plain words. */
describe.each(majors)('cockatiel $major', ({ cockatiel }) => {
  const { circuitBreaker, ConsecutiveBreaker, handleAll, retry, timeout, TimeoutStrategy, wrap } =
    cockatiel;
  const name = (what: string) => `${what} of ${cockatiel === majors[0]?.cockatiel ? 3 : 4}`;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('answers each for itself where a stack is in another one twice', async () => {
    const inner = instrument(
      name('inner'),
      wrap(retry(handleAll, { maxAttempts: 0 }), timeout(10, TimeoutStrategy.Cooperative)),
    );
    const waiting = cockatiel.fallback(handleAll, () => new Promise<void>(() => {}));
    const outer = instrument(name('outer'), wrap(inner, waiting, inner));
    void outer.execute(() => {
      throw new Error('down');
    });
    await vi.advanceTimersByTimeAsync(5);
    // The inner one of the two has failed, the outer one waits for the fallback.
    const { executions, active, retry: retried } = numbersOf(name('inner'));
    expect(executions.failure).toBe(1);
    expect(active).toBe(1);
    expect(retried?.calls.exhausted).toBe(1);
    expect(numbersOf(name('outer'))).toMatchObject({ active: 1, fallback: { calls: { used: 0 } } });
  });

  it('counts a call of a breaker that a stack has within a stack and once more', async () => {
    const breaker = circuitBreaker(handleAll, {
      halfOpenAfter: 10,
      breaker: new ConsecutiveBreaker(9),
    });
    const inner = instrument(name('guarded'), wrap(breaker));
    const waiting = cockatiel.fallback(handleAll, () => new Promise<void>(() => {}));
    const outer = instrument(name('around'), wrap(inner, waiting, breaker));
    void outer.execute(() => {
      throw new Error('down');
    });
    await vi.advanceTimersByTimeAsync(5);
    expect(numbersOf(name('guarded')).circuitBreaker?.calls.failure).toBe(1);
  });

  it.each<Node>([{ policy: 0 }, { wrap: [{ policy: 0 }] }])(
    'leaves to its fate what a policy of the user drops in a stack within a stack',
    async (root) => {
      const nothing = { errors: [], others: false, results: [], throwsFor: undefined };
      const call = { stack: 1, signal: undefined, ignored: false } as const;
      const scenario: Scenario = {
        policies: [
          { type: 'custom', style: 'drops' },
          { type: 'fallback', filter: nothing, answer: { kind: 'never' } },
        ],
        stacks: [
          { root, name: 'one' },
          { root: { wrap: [{ stack: 0 }, { policy: 1 }] }, name: 'one' },
        ],
        turns: [
          {
            actions: [
              { do: 'call', ...call, function: [{ kind: 'at once', ok: false, index: 0 }] },
            ],
            hops: 0,
          },
        ],
        aborted: [],
        listeners: 'none',
        throwing: undefined,
        errorType: 'default',
        instrumentedAt: 0,
        uninstrumentedAt: Number.MAX_SAFE_INTEGER,
      };
      const { answers } = await play(scenario, cockatiel, new Instrumented(scenario));
      expect(answers.get('unhandled 0')?.text).toBe('Error');
    },
  );

  it('knows that a query was aborted which then settles at once', async () => {
    const limited = instrument(name('query'), timeout(10, TimeoutStrategy.Cooperative));
    const answer = limited.execute(({ signal }) => ({
      then(_: unknown, reject: (error: unknown) => void) {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      },
    }));
    await Promise.all([expect(answer).rejects.toThrow('aborted'), vi.advanceTimersByTimeAsync(10)]);
    expect(numbersOf(name('query'))).toMatchObject({
      executions: { timed_out: 1 },
      timeout: { calls: { timed_out: 1, completed: 0 } },
    });
  });

  it('knows that a function was cancelled which aborts its caller before it returns', async () => {
    const caller = new AbortController();
    const limited = instrument(name('self-cancelling'), timeout(10, TimeoutStrategy.Cooperative));
    await limited.execute(() => caller.abort(), caller.signal);
    expect(numbersOf(name('self-cancelling')).timeout?.calls).toEqual({
      completed: 0,
      timed_out: 0,
      cancelled: 1,
    });
  });
});

function numbersOf(name: string): PolicySnapshot {
  const found = snapshot().find((scope) => scope.name === name);
  if (found === undefined) throw new Error(`nothing is instrumented as ${name}`);
  return found;
}
