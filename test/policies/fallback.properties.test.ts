import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPolicy, fallbackTo, resilient } from '../../src/policies/index.ts';
import fc from '../support/fast-check.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MAX_KEYS = 3;
const MAX_AGE = 100;
/** Without what the call is to do. */
const key = (arg: unknown) => JSON.stringify(arg);

interface Value {
  readonly ok: boolean;
  readonly status: number;
  list: number[];
}

/** A call begins, does what it must after some time, and others begin meanwhile. */
const turns = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        policy: fc.nat({ max: 1 }),
        fn: fc.nat({ max: 1 }),
        self: fc.nat({ max: 1 }),
        arg: fc.constantFrom<unknown>(1, '1'),
        does: fc.constantFrom('good', 'good', 'error', 'failed'),
        takes: fc.integer({ min: 0, max: 40 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 60 }) }) },
  ),
  { minLength: 20, maxLength: 60, size: 'max' },
);

/** The model: what is kept, the one that was used longest ago first. */
class Kept {
  readonly #values = new Map<string, { made: number; began: number }>();

  keep(key: string, made: number, began: number): void {
    const before = this.#values.get(key);
    if (before && before.began > began) return;
    this.#values.delete(key);
    this.#values.set(key, { made, began });
    const [oldest] = this.#values.keys();
    if (this.#values.size > MAX_KEYS && oldest !== undefined) this.#values.delete(oldest);
  }

  recall(key: string, now: number): number | undefined {
    const found = this.#values.get(key);
    if (found === undefined) return undefined;
    this.#values.delete(key);
    if (now - found.began > MAX_AGE) return undefined;
    this.#values.set(key, found);
    return found.made;
  }
}

describe('stored values of a fallback, random sequences', () => {
  it.each(['cached', 'stale'] as const)(
    'is, if %s, what the same function gave the same instance for the same argument, unchanged, and not too old',
    async (type) => {
      let reached = 0;
      await fc.assert(
        fc.asyncProperty(turns, async (all) => {
          const ages: number[] = [];
          const options = { maxKeys: MAX_KEYS, maxAge: MAX_AGE, key };
          const onStale = ({ age }: { age: number }) => ages.push(age);
          const fallback =
            type === 'cached'
              ? fallbackTo.cached(options)
              : fallbackTo.stale({ ...options, onStale });
          const policies = [0, 1].map(() =>
            createPolicy('service', 'default', { fallback, retry: false, circuitBreaker: false }),
          );
          const instances = [{ id: 'a' }, { id: 'b' }];
          const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
          type Turn = { does: string; takes: number; made: number; answer?: Value };
          const work = async (_arg: unknown, turn: Turn): Promise<Value> => {
            if (turn.takes > 0) await wait(turn.takes);
            if (turn.does === 'error') throw Object.assign(new Error('down'), { status: 503 });
            const ok = turn.does === 'good';
            return { ok, status: ok ? 200 : 503, list: [turn.made] };
          };
          const functions = policies.map((policy) =>
            [0, 1].map(() => {
              let current!: Turn;
              const fn = function (this: unknown, arg: unknown) {
                return work(arg, current);
              };
              const wrapped = resilient(policy, fn);
              return (self: unknown, arg: unknown, turn: Turn) => {
                current = turn;
                return wrapped.call(self, arg);
              };
            }),
          );
          const models = policies.map(() => new Kept());
          const running: Promise<void>[] = [];
          const begun = Date.now();
          const now = () => Date.now() - begun;
          let made = 0;
          for (const turn of all) {
            if ('wait' in turn) {
              await vi.advanceTimersByTimeAsync(turn.wait);
              continue;
            }
            const { policy, fn, self, arg, does, takes } = turn;
            const mine = ++made;
            const began = now();
            const name = JSON.stringify([fn, self, arg]);
            const call = functions[policy]?.[fn]?.(instances[self], arg, {
              does,
              takes,
              made: mine,
            });
            running.push(
              (call as Promise<Value>).then(
                (value) => {
                  if (does === 'good') {
                    expect(value.list).toEqual([mine]);
                    models[policy]?.keep(name, mine, began);
                  } else {
                    const expected = models[policy]?.recall(name, now());
                    if (expected !== undefined) reached++;
                    if (expected === undefined)
                      expect(value).toMatchObject({ ok: false, list: [mine] });
                    else expect(value.list).toEqual([expected]);
                  }
                  // Whoever has it may do with it what he likes.
                  value.list.push(-1);
                },
                () => {
                  expect(does).toBe('error');
                  expect(models[policy]?.recall(name, now())).toBeUndefined();
                },
              ),
            );
            await vi.advanceTimersByTimeAsync(0);
          }
          await vi.runAllTimersAsync();
          await Promise.all(running);
          expect(ages.every((age) => age <= MAX_AGE)).toBe(true);
        }),
        { numRuns: 150 },
      );
      expect(reached).toBeGreaterThan(100);
    },
  );
});
