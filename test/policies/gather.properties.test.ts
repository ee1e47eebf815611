import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gather } from '../../src/policies/gather/gather.ts';
import fc from '../support/fast-check.ts';
import { TestSdk } from '../support/metrics.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const TIMEOUT = 1000;

/** What a part does after some time: what comes of it depends on which comes first. */
const plans = fc.dictionary(
  fc.string({ maxLength: 8 }),
  fc.record({
    does: fc.constantFrom('value', 'error', 'nothing', 'throws', 'thenable', 'twice'),
    after: fc.integer({ min: 0, max: 2 * TIMEOUT }).filter((ms) => ms !== TIMEOUT),
  }),
  { maxKeys: 6 },
);

type Plan = { readonly does: string; readonly after: number };

function partOf({ does, after }: Plan) {
  const later = () => new Promise((resolve) => setTimeout(resolve, after));
  return ({ signal }: { signal: AbortSignal }): unknown => {
    signal.throwIfAborted();
    switch (does) {
      case 'value':
        return later().then(() => after);
      case 'error':
        return later().then(() => Promise.reject(after));
      case 'throws':
        throw after;
      case 'thenable':
        return { then: (yes: (value: unknown) => void) => void setTimeout(yes, after, after) };
      case 'twice':
        return {
          then(yes: (value: unknown) => void, no: (error: unknown) => void) {
            setTimeout(yes, after, after);
            setTimeout(no, after + 1, after);
          },
        };
      default:
        return new Promise(() => {});
    }
  };
}

/** The model: how a part ends, and when. */
function ends({ does, after }: Plan, abortedAt: number): { outcome: string; at: number } {
  const stop = Math.min(TIMEOUT, abortedAt);
  if (abortedAt < 0) return { outcome: 'cancelled', at: 0 };
  if (does === 'throws') return { outcome: 'failure', at: 0 };
  if (does === 'nothing' || after > stop) {
    return { outcome: abortedAt < TIMEOUT ? 'cancelled' : 'timed_out', at: stop };
  }
  return { outcome: does === 'error' ? 'failure' : 'success', at: after };
}

describe('gather, of random parts', () => {
  it('ends in time, has every part once, and counts the status of the rule', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    await fc.assert(
      fc.asyncProperty(
        plans,
        fc.option(
          fc.integer({ min: -1, max: 2 * TIMEOUT }).filter((ms) => ms !== TIMEOUT),
          {
            nil: Number.POSITIVE_INFINITY,
          },
        ),
        fc.nat({ max: 6 }),
        async (plan, abortedAt, wanted) => {
          fc.pre(Object.values(plan).every(({ after }) => after !== abortedAt));
          const sdk = new TestSdk();
          const names = Object.keys(plan);
          const minimum = Math.min(wanted, names.length);
          const parts = Object.fromEntries(names.map((name) => [name, partOf(plan[name] as Plan)]));
          const caller = new AbortController();
          if (abortedAt < 0) caller.abort();
          else if (abortedAt < Number.POSITIVE_INFINITY)
            setTimeout(() => caller.abort(), abortedAt);
          const begun = Date.now();
          let at = -1;
          const answer = gather(parts, {
            minimum,
            timeout: TIMEOUT,
            signal: caller.signal,
            meterProvider: sdk.provider,
            policies: false,
          });
          void answer.then(() => {
            at = Date.now() - begun;
          });
          await vi.runAllTimersAsync();
          const { status, results, available, failed } = await answer;

          const expected = names.map((name) => ends(plan[name] as Plan, abortedAt));
          expect(at).toBe(Math.max(0, ...expected.map((part) => part.at)));
          expect([...available, ...Object.keys(failed)].sort()).toEqual([...names].sort());
          expect(Object.keys(results)).toEqual(available);
          const outcomes = names.map((name) => failed[name]?.outcome ?? 'success');
          expect(outcomes).toEqual(expected.map(({ outcome }) => outcome));
          for (const name of available) expect(results[name]).toBe(plan[name]?.after);
          const rule =
            available.length === names.length
              ? 'complete'
              : available.length >= minimum
                ? 'partial'
                : 'failed';
          expect(status).toBe(rule);

          const counted = (await sdk.points('resilience.degradation.parts')).reduce(
            (all, { value }) => all + (value as number),
            0,
          );
          expect(counted).toBe(names.length);
          const calls = await sdk.points('resilience.degradation.calls', {
            'resilience.degradation.status': status,
          });
          expect(calls[0]?.value).toBe(outcomes.includes('cancelled') ? 0 : 1);
        },
      ),
      { numRuns: 150 },
    );
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
