import type { IPolicy } from 'cockatiel';
import { describe, expect, it } from 'vitest';
import { uninstrument } from '../../src/index.ts';
import { type Cockatiel, majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { asSubclass } from './properties/subclass.ts';
import { answerOf, Down, fails, levels, moved, NAME } from './support.ts';

type Run = (...args: unknown[]) => unknown;
interface Policy {
  execute(fn: Run, signal?: AbortSignal, ...rest: unknown[]): unknown;
}

const { signal } = new AbortController();
const event = () => ({ dispose() {} });

/** Test doubles in the shape of cockatiel's policies, whose `execute` is synchronous. */
const FAKES: Record<string, object> = {
  breaker: { state: 0, isolate: event, onFailure: event, onStateChange: event },
  retry: { onRetry: event, onGiveUp: event, dangerouslyUnref: event },
  timeout: { onTimeout: event, dangerouslyUnref: event },
  bulkhead: { executionSlots: 1, queueSlots: 1, onReject: event },
  fallback: { onFailure: event, onSuccess: event, executor: {}, value: () => 'instead' },
  noop: { onFailure: event, onSuccess: event, executor: {} },
};

/** How a double may call its function. */
const CALLS: Record<string, (fn: Run) => unknown> = {
  'with a context': (fn) => fn({ signal }),
  'with nothing': (fn) => fn(),
  'with a context without a signal': (fn) => fn({}),
  'with more arguments': (fn) => fn({ signal }, 2, 3),
  never: () => 'its own',
  twice: (fn) => {
    void answerOf(Promise.resolve(fn({ signal })));
    return fn({ signal });
  },
};

const FUNCTIONS: Record<string, Run> = {
  'returns a value': () => 'plain',
  throws: fails(new Down()),
  resolves: async () => 'late',
  rejects: async () => Promise.reject(new Down()),
  'returns its arguments': (...args) => args.length,
};

function outcomeOf(call: () => unknown): Promise<unknown> {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    return Promise.resolve(['throws', String(error)]);
  }
  if (!(result instanceof Promise)) return Promise.resolve(['returns', result]);
  return answerOf(result).then((answer) => ['settles', String(Object.values(answer))]);
}

describe('a double in the shape of a policy of cockatiel', () => {
  const cases = Object.keys(FAKES).flatMap((fake) =>
    Object.keys(CALLS).flatMap((call) => Object.keys(FUNCTIONS).map((fn) => ({ fake, call, fn }))),
  );
  const make = ({ fake, call }: (typeof cases)[number]): Policy => ({
    ...FAKES[fake],
    execute: CALLS[call] as Policy['execute'],
  });

  it('behaves as a bare one, alone and in a stack, and leaks no active execution', async () => {
    const wrong: unknown[] = [];
    for (const testCase of cases) {
      for (const { cockatiel } of majors) {
        const places = {
          alone: (policy: Policy) => policy,
          outermost: (policy: Policy) =>
            cockatiel.wrap(
              policy as never,
              cockatiel.retry(cockatiel.handleAll, { maxAttempts: 0 }),
            ),
          innermost: (policy: Policy) =>
            cockatiel.wrap(
              cockatiel.retry(cockatiel.handleAll, { maxAttempts: 0 }),
              policy as never,
            ),
        } as unknown as Record<string, (policy: Policy) => Policy>;
        for (const [name, place] of Object.entries(places)) {
          const play = (policy: Policy) =>
            outcomeOf(() => policy.execute(FUNCTIONS[testCase.fn] as Run, signal));
          const bare = await play(place(make(testCase)));
          const sdk = new TestSdk();
          const policy = sdk.instrument(NAME, place(make(testCase)));
          const instrumented = await play(policy);
          if (JSON.stringify(instrumented) !== JSON.stringify(bare)) {
            wrong.push([testCase, name, instrumented, bare]);
          }
          const { executions } = await moved(sdk);
          const counted = Object.values((executions ?? {}) as object).reduce((a, b) => a + b, 0);
          if ('execution.active' in (await levels(sdk)) || counted !== 1) {
            wrong.push([testCase, name, 'counted', executions, await levels(sdk)]);
          }
          uninstrument(policy);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** Subclasses of cockatiel's classes, as users write them. */
function subclasses(cockatiel: Cockatiel): Record<string, () => Policy> {
  const { ConsecutiveBreaker, handleAll } = cockatiel;
  const samples: Record<string, object> = {
    retry: cockatiel.retry(handleAll, { maxAttempts: 1 }),
    breaker: cockatiel.circuitBreaker(handleAll, {
      halfOpenAfter: 1000,
      breaker: new ConsecutiveBreaker(9),
    }),
    timeout: cockatiel.timeout(1000, cockatiel.TimeoutStrategy.Aggressive),
    bulkhead: cockatiel.bulkhead(1, 1),
    fallback: cockatiel.fallback(handleAll, 'instead'),
  };
  const made: Record<string, () => Policy> = {};
  for (const [name, sample] of Object.entries(samples)) {
    const Base = sample.constructor as new () => Policy;
    class Logging extends Base {
      #calls = 0;
      override execute(fn: Run, received?: AbortSignal, ...rest: unknown[]): unknown {
        this.#calls++;
        if (rest.length > 0) return [this.#calls, ...rest];
        return super.execute(fn, received);
      }
      get calls(): number {
        return this.#calls;
      }
    }
    class Checking extends Base {
      #isClosed = false;
      override execute(fn: Run, received?: AbortSignal): unknown {
        if (this.#isClosed) throw new Down('closed');
        this.#isClosed = true;
        return super.execute(fn, received);
      }
    }
    class Caching extends Base {
      #value: unknown;
      override execute(fn: Run, received?: AbortSignal): unknown {
        if (this.#value !== undefined) return this.#value;
        this.#value = 'cached';
        return super.execute(fn, received);
      }
    }
    for (const Class of [Logging, Checking, Caching]) {
      made[`${name} ${Class.name}`] = () => asSubclass(sample as Policy, () => Class as never);
    }
  }
  return made;
}

describe.each(majors)('cockatiel $major, a subclass of a policy', ({ cockatiel }) => {
  it('behaves as a bare one, and leaks no active execution', async () => {
    const wrong: unknown[] = [];
    for (const [name, make] of Object.entries(subclasses(cockatiel))) {
      for (const stacked of [false, true]) {
        const play = async (policy: Policy) => {
          const seen: unknown[] = [];
          for (const fn of Object.values(FUNCTIONS)) {
            seen.push(await outcomeOf(() => policy.execute(fn)));
          }
          if (!stacked)
            seen.push(await outcomeOf(() => policy.execute(() => 1, undefined, 'more')));
          return seen;
        };
        const place = () => (stacked ? (cockatiel.wrap(make() as never) as Policy) : make());
        const bare = await play(place());
        const sdk = new TestSdk();
        const instrumented = await play(sdk.instrument(NAME, place()));
        if (JSON.stringify(instrumented) !== JSON.stringify(bare)) {
          wrong.push([name, stacked, instrumented, bare]);
        }
        const active = (await levels(sdk))['execution.active'];
        if (active !== undefined) wrong.push([name, stacked, 'active', active]);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('shows its own members, and is still of its class', () => {
    const policy = new TestSdk().instrument(
      NAME,
      subclasses(cockatiel)['retry Logging']?.() as Policy & { calls: number },
    );
    void policy.execute(() => 1);
    expect(policy.calls).toBe(1);
    expect(policy.constructor.name).toBe('Logging');
  });
});

describe.each(majors)(
  'cockatiel $major, a policy with a name inside a custom policy',
  (version) => {
    it('leaks no active execution of its own', async () => {
      const { bulkhead, handleAll, retry, wrap } = version.cockatiel;
      const custom = { execute: (fn: Run) => fn({ signal }) } as unknown as IPolicy;
      for (const member of [bulkhead(1, 1), retry(handleAll, { maxAttempts: 0 })]) {
        const sdk = new TestSdk();
        sdk.instrument('own', member as Policy);
        const stack = sdk.instrument(NAME, wrap(custom, member as IPolicy));
        await answerOf(stack.execute(async () => 'fine'));
        await answerOf(stack.execute(fails(new Down())));
        expect(await levels(sdk, 'own')).not.toHaveProperty('execution.active');
        expect((await moved(sdk, 'own'))['executions']).toEqual({ success: 1, failure: 1 });
        expect((await moved(sdk))['executions']).toEqual({ success: 1, failure: 1 });
      }
    });
  },
);
