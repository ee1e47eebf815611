import type { IPolicy } from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { instrument, type PolicySnapshot, snapshot } from '../../../src/index.ts';
import { majors } from '../../support/cockatiel.ts';
import { Instrumented } from './instrumented.ts';
import { play } from './play.ts';
import type { Node, Scenario } from './scenario.ts';

/** What the properties have found, each in plain words. */
describe.each(majors)('cockatiel $major', ({ cockatiel }) => {
  const { circuitBreaker, ConsecutiveBreaker, ConstantBackoff, fallback, handleAll, retry } =
    cockatiel;
  const { timeout, TimeoutStrategy, wrap } = cockatiel;
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
    const waiting = fallback(handleAll, () => new Promise<void>(() => {}));
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
    const waiting = fallback(handleAll, () => new Promise<void>(() => {}));
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
          { type: 'custom', style: 'drops', shape: 'own' },
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
        decorators: [],
        subclassed: [],
        errorType: 'default',
        instrumentedAt: 0,
        uninstrumentedAt: Number.MAX_SAFE_INTEGER,
      };
      const { answers } = await play(scenario, cockatiel, new Instrumented(scenario));
      expect(answers.get('unhandled 0')?.text).toBe('Error');
    },
  );

  describe('a fallback that nobody waits for any more', () => {
    type Refresh = (context: object) => unknown;
    const retries = (maxAttempts: number) =>
      retry(handleAll, { maxAttempts, backoff: new ConstantBackoff(1) });
    const instead = () => fallback(handleAll, () => 'instead');
    const down = () => {
      throw new Error('down');
    };

    /** Answers what it has, and leaves the refresh to its fate. */
    const caches = {
      'at once': {
        execute(refresh: Refresh) {
          void refresh({});
          return 'cached';
        },
      },
      'with a promise': {
        async execute(refresh: Refresh) {
          void refresh({});
          return 'cached';
        },
      },
    };
    const within = {
      'in the stack': (_: string, cache: IPolicy) => cache,
      'in a policy of the user, instrumented by itself': (title: string, cache: IPolicy) =>
        instrument(title, cache),
      'in a stack within': (title: string, cache: IPolicy) =>
        instrument(title, wrap(retries(0), retries(0), cache)),
    };

    it.each(
      Object.keys(caches).flatMap((when) => Object.keys(within).map((where) => [when, where])),
    )('is not what a cache has answered %s, %s', async (when, where) => {
      const title = name(`${where}, ${when}`);
      const cache = { ...caches[when as 'at once'] } as unknown as IPolicy;
      const member = within[where as 'in a stack within'](`${title}, within`, cache);
      const stack = instrument(title, wrap(retries(0), retries(0), member, instead()));
      await expect(stack.execute(down)).resolves.toBe('cached');
      expect(numbersOf(title)).toMatchObject({
        executions: { success: 1, fallback: 0 },
        fallback: { calls: { used: 1 } },
      });
    });

    it('is not what a retry has answered after a timeout in a stack within', async () => {
      const title = name('given up');
      const limited = instrument(`${title}, within`, wrap(timeout(5, TimeoutStrategy.Aggressive)));
      const stack = instrument(title, wrap(retries(1), limited, instead()));
      let calls = 0;
      const answer = stack.execute(async () => {
        if (calls++ > 0) return delay('late', 4);
        await delay(undefined, 8);
        return down();
      });
      await vi.advanceTimersByTimeAsync(20);
      await expect(answer).resolves.toBe('late');
      expect(numbersOf(title)).toMatchObject({
        executions: { success: 1, fallback: 0 },
        fallback: { calls: { used: 1 } },
      });
    });
  });

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

function delay<T>(value: T, ms: number): Promise<T> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, value);
  });
}

function numbersOf(name: string): PolicySnapshot {
  const found = snapshot().find((scope) => scope.name === name);
  if (found === undefined) throw new Error(`nothing is instrumented as ${name}`);
  return found;
}
