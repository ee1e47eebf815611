import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PolicyOverrides } from '../../src/policies/index.ts';
import { answerOf, deferred, later, settled, turn } from '../instrumentation/support.ts';
import { majors } from '../support/cockatiel.ts';
import { policiesOver } from './support.ts';

const CLOSED = 0;
const OPEN = 1;
const down = () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNRESET' }));
const up = () => 'up';

describe.each(majors)('over cockatiel $major', ({ major }) => {
  let createPolicy: Awaited<ReturnType<typeof policiesOver>>['createPolicy'];
  beforeAll(async () => {
    ({ createPolicy } = await policiesOver(major));
  });
  beforeEach(() => void vi.useFakeTimers());
  afterAll(() => void vi.doUnmock('cockatiel'));
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  describe('the waits of a retry', () => {
    type Retry = Exclude<PolicyOverrides['retry'], false | undefined>;
    async function waits(retry: Retry): Promise<number[]> {
      const moments: number[] = [];
      const policy = createPolicy('service', 'default', {
        circuitBreaker: false,
        retry: { calls: 5, jitter: false, ...retry },
      });
      const fn = () => {
        moments.push(Date.now());
        return down();
      };
      await settled(policy.execute(fn));
      return moments.slice(1).map((moment, index) => (moment - (moments[index] ?? 0)) / 1000);
    }

    it.each([
      [{ strategy: 'exponential' }, [1, 2, 4, 8]],
      [{ strategy: 'exponential', exponent: 3, maxDelay: 20_000 }, [1, 3, 9, 20]],
      [{ strategy: 'exponential', exponent: 1.5, initialDelay: 2000 }, [2, 3, 4.5, 6.75]],
      [{ strategy: 'linear', maxDelay: 3000 }, [1, 2, 3, 3]],
      [{ strategy: 'fixed', initialDelay: 2000 }, [2, 2, 2, 2]],
      [{ strategy: 'exponential', minDelay: 3000 }, [3, 3, 4, 8]],
      [{ delays: [5000, 0, 20_000] }, [5, 0, 20, 20]],
      [{ maxDelay: 0, initialDelay: 0 }, [0, 0, 0, 0]],
    ] satisfies [Retry, number[]][])('of %o are %o', async (retry, expected) => {
      expect(await waits(retry)).toEqual(expected);
    });

    it('are anything between both ends where they are random', async () => {
      vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(0.5).mockReturnValue(1);
      expect(await waits({ strategy: 'random', minDelay: 2000, maxDelay: 6000 })).toEqual([
        2, 4, 6, 6,
      ]);
    });

    it('are between their half and their whole with jitter', async () => {
      vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(0.5).mockReturnValue(1);
      expect(await waits({ jitter: true })).toEqual([0.5, 1.5, 4, 8]);
    });

    it('are those that the error wants, where it wants any', async () => {
      const seen: [unknown, number][] = [];
      const delay = (error: unknown, attempt: number) => {
        seen.push([(error as { code: string }).code, attempt]);
        return [30_000, undefined, Number.NaN, -1][attempt - 1];
      };
      expect(await waits({ delay })).toEqual([30, 2, 4, 8]);
      expect(seen).toEqual([1, 2, 3, 4].map((attempt) => ['ECONNRESET', attempt]));
    });

    it('are announced as they are waited, and are waits that Node can wait', async () => {
      const asked = [Number.POSITIVE_INFINITY, 1e12, 2 ** 31, Number.NaN, -1, 0.0004];
      const extremes: Retry[] = [
        { calls: asked.length + 1, delay: (_, attempt) => asked[attempt - 1] },
        // 100 ** 155 is beyond what a number can be, and 0 times that is no number.
        { calls: 160, exponent: 100, initialDelay: 0, budget: false },
        { calls: 160, exponent: 100, budget: false },
      ];
      const wrong: unknown[] = [];
      for (const retry of extremes) {
        const policy = createPolicy('service', 'default', {
          circuitBreaker: false,
          retry: { jitter: false, ...retry },
        });
        let announced: { delay: number; at: number } | undefined;
        policy.retry?.onRetry(({ delay }) => {
          announced = { delay, at: Date.now() };
        });
        const fn = () => {
          const waited = announced && Date.now() - announced.at;
          if (announced?.delay !== waited) wrong.push({ retry, announced, waited });
          return down();
        };
        await settled(policy.execute(fn));
      }
      expect(wrong).toEqual([]);
    });

    it('are those of the strategy where asking the error fails', async () => {
      const delay = () => {
        throw new Error('a fault');
      };
      expect(await waits({ delay })).toEqual([1, 2, 4, 8]);
    });
  });

  describe('the circuit', () => {
    it('stays open longer with each failed probe, and starts again after a success', async () => {
      const policy = createPolicy('service', 'auth', { retry: false });
      const openFor = async () => {
        for (let seconds = 0; ; seconds++) {
          const tried = vi.fn(down);
          await answerOf(policy.execute(tried));
          if (tried.mock.calls.length > 0) return seconds;
          await later(1000);
        }
      };
      for (let call = 0; call < 5; call++) await answerOf(policy.execute(down));
      expect(await openFor()).toBe(30);
      expect(await openFor()).toBe(60);
      expect(await openFor()).toBe(120);
      expect(await openFor()).toBe(240);
      expect(await openFor()).toBe(300);
      expect(await openFor()).toBe(300);
      await later(300_000);
      expect(await policy.execute(up)).toBe('up');
      for (let call = 0; call < 5; call++) {
        expect(policy.circuitBreaker?.state).toBe(CLOSED);
        await answerOf(policy.execute(down));
      }
      expect(await openFor()).toBe(30);
    });

    const kinds = [
      { kind: 'consecutive', consecutiveFailures: 4 },
      { kind: 'count', threshold: 0.5, size: 4, minimumNumberOfCalls: 4 },
      { kind: 'sampling', threshold: 0.5, duration: 5000, minimumRps: 0.8 },
    ] as const;

    it.each(kinds)(
      'of kind $kind opens, and after a reset counts from none',
      async (circuitBreaker) => {
        const policy = createPolicy('service', 'default', { retry: false, circuitBreaker });
        const untilOpen = async () => {
          for (let calls = 1; calls < 20; calls++) {
            await answerOf(policy.execute(down));
            if (policy.circuitBreaker?.state === OPEN) return calls;
          }
          return undefined;
        };
        expect(await untilOpen()).toBe(4);
        policy.reset();
        expect(policy.circuitBreaker?.state).toBe(CLOSED);
        expect(await untilOpen()).toBe(4);
        await later(60_000);
        expect(await policy.execute(up)).toBe('up');
        expect(await untilOpen()).toBe(4);
        policy.reset();
        for (let calls = 0; calls < 3; calls++) await answerOf(policy.execute(down));
        policy.reset();
        expect(await untilOpen()).toBe(4);
      },
    );

    it('is not opened again, while it is tried, by a call from before', async () => {
      const policy = createPolicy('service', 'default', {
        retry: false,
        circuitBreaker: { consecutiveFailures: 1, halfOpenAfter: 10_000 },
      });
      const before = deferred();
      const test = deferred();
      const late = answerOf(policy.execute(() => before.promise));
      await answerOf(policy.execute(down));
      await later(10_000);
      const tested = policy.execute(() => test.promise);
      await turn();
      before.reject(Object.assign(new Error('late'), { status: 503 }));
      await late;
      test.resolve('up');
      await tested;
      expect(policy.circuitBreaker?.state).toBe(CLOSED);
    });

    it('is neither closed nor kept open by a test that a full bulkhead did not let in', async () => {
      const policy = createPolicy('service', 'default', {
        retry: false,
        circuitBreaker: { consecutiveFailures: 1 },
        bulkhead: { limit: 1 },
      });
      await answerOf(policy.execute(down));
      const slot = deferred();
      const retained = policy.bulkhead?.execute(() => slot.promise);
      await later(60_000);
      expect(await answerOf(policy.execute(up))).toMatchObject({
        error: { isBulkheadRejectedError: true },
      });
      expect(policy.circuitBreaker?.state).toBe(OPEN);
      slot.resolve(undefined);
      await retained;
      expect(await policy.execute(up)).toBe('up');
      expect(policy.circuitBreaker?.state).toBe(CLOSED);
    });

    it('counts every attempt where it is asked to be inside the retry', async () => {
      const policy = createPolicy('service', 'enterprise', {
        order: ['retry', 'circuitBreaker', 'timeout'],
      });
      const fn = vi.fn(down);
      await settled(policy.execute(fn));
      await settled(policy.execute(fn));
      expect(fn).toHaveBeenCalledTimes(5);
      expect(policy.circuitBreaker?.state).toBe(OPEN);
    });
  });

  it('an overall timeout ends a call with its retries, and counts for the circuit', async () => {
    const policy = createPolicy('service', 'enterprise', {
      overallTimeout: { duration: 3000 },
      circuitBreaker: { consecutiveFailures: 1 },
    });
    const fn = vi.fn(down);
    const answer = answerOf(policy.execute(fn));
    await later(3000);
    expect(await answer).toMatchObject({ error: { isTaskCancelledError: true } });
    await vi.runAllTimersAsync();
    expect(fn).toHaveBeenCalledTimes(2);
    expect(policy.circuitBreaker?.state).toBe(OPEN);
  });

  it('a response that has come can still be read', async () => {
    const policy = createPolicy('service', 'enterprise');
    const signal = await policy.execute((context) => context.signal);
    await vi.runAllTimersAsync();
    expect(signal.aborted).toBe(false);
  });
});
