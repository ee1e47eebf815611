import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { type Cockatiel, majors } from '../support/cockatiel.ts';
import { ERRORS, expectUnchanged, play, type Scene, type World } from './differential.ts';
import { deferred, fails, later, turn } from './support.ts';

type Context = { readonly signal: AbortSignal; readonly attempt?: number };
type Fn = (context: Context, ...more: unknown[]) => unknown;

/** What the scenes ask of a policy, whatever it is. */
interface Executes {
  execute(fn: Fn, signal?: AbortSignal): unknown;
}

const [FIRST, SECOND, THIRD] = ERRORS;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const never = () => new Promise<never>(() => {});

/** One policy of each kind, and stacks of them. */
const POLICIES: Record<string, (cockatiel: Cockatiel) => Executes> = {
  // One of its own, as the listeners of all scenes would meet at the one that a copy shares.
  noop: ({ noop }) => Reflect.construct(noop.constructor, []) as Executes,
  custom: () => ({
    execute: (fn, signal) => fn({ signal: signal ?? new AbortController().signal }),
  }),
  retry: ({ ConstantBackoff, handleAll, retry }) =>
    retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(10) }) as Executes,
  'circuit breaker': ({ circuitBreaker, ConsecutiveBreaker, handleAll }) =>
    circuitBreaker(handleAll, {
      halfOpenAfter: 50,
      breaker: new ConsecutiveBreaker(2),
    }) as Executes,
  'aggressive timeout': ({ timeout, TimeoutStrategy }) =>
    timeout(100, TimeoutStrategy.Aggressive) as Executes,
  'cooperative timeout': ({ timeout, TimeoutStrategy }) =>
    timeout(100, TimeoutStrategy.Cooperative) as Executes,
  bulkhead: ({ bulkhead }) => bulkhead(1, 1) as Executes,
  fallback: ({ fallback, handleWhen }) =>
    fallback(
      handleWhen((error) => error === FIRST),
      () => 'instead',
    ) as Executes,
  'stack of five': (cockatiel) =>
    cockatiel.wrap(
      POLICIES['fallback']?.(cockatiel) as never,
      POLICIES['retry']?.(cockatiel) as never,
      POLICIES['circuit breaker']?.(cockatiel) as never,
      POLICIES['bulkhead']?.(cockatiel) as never,
      POLICIES['aggressive timeout']?.(cockatiel) as never,
    ) as Executes,
  'nested stack': (cockatiel) =>
    cockatiel.wrap(
      POLICIES['aggressive timeout']?.(cockatiel) as never,
      cockatiel.wrap(
        POLICIES['noop']?.(cockatiel) as never,
        POLICIES['custom']?.(cockatiel) as never,
      ),
      POLICIES['bulkhead']?.(cockatiel) as never,
    ) as Executes,
};

/** What a function may do. */
const FUNCTIONS: Record<string, () => unknown> = {
  'returns a value': () => 'value',
  'returns undefined': () => undefined,
  throws: fails(FIRST),
  'throws nothing': fails(undefined),
  'throws a text': fails('text'),
  resolves: async () => 'value',
  'resolves late': () => sleep(20).then(() => 'value'),
  rejects: async () => Promise.reject(SECOND),
  'rejects late': () => sleep(20).then(fails(FIRST)),
  'returns a thenable': () => ({ then: (fulfil: (value: unknown) => void) => fulfil('value') }),
  'returns a thenable that rejects': () => ({
    then: (_: unknown, reject: (error: unknown) => void) => reject(FIRST),
  }),
  'returns a thenable that throws': () => ({ then: fails(FIRST) }),
  'returns a promise of a class of its own': () =>
    class Own<T> extends Promise<T> {}.resolve('value'),
  'is too late': () => sleep(150).then(() => 'value'),
};

/** Notes the arguments that a function is called with, as far as a caller could tell them apart. */
function noteArguments({ note }: World, signal: AbortSignal | undefined, fn: () => unknown): Fn {
  return function noted(context, ...more) {
    note(
      'called with',
      arguments.length,
      Object.keys(context).sort(),
      context.attempt,
      'aborted' in context.signal && context.signal.aborted,
      signal === context.signal,
      more.map((argument) => argument === context.signal),
    );
    return fn();
  };
}

/** One for all scenes: each instance costs every later promise. */
const context = new AsyncLocalStorage<number>();

const scenes: Record<string, Scene> = {};

for (const [policyName, make] of Object.entries(POLICIES)) {
  for (const [fnName, fn] of Object.entries(FUNCTIONS)) {
    scenes[`${policyName}, a function that ${fnName}`] = async (world) => {
      const policy = world.fresh(make(world.cockatiel));
      const { signal } = new AbortController();
      for (const received of [undefined, signal]) {
        world.answer('call', () => policy.execute(noteArguments(world, received, fn), received));
        world.running(policy);
        await vi.runAllTimersAsync();
      }
      world.note('listeners:', getEventListeners(signal, 'abort').length);
    };
  }

  scenes[`${policyName}, the caller's abort before, during and after`] = async (world) => {
    const policy = world.fresh(make(world.cockatiel));
    const aborted = AbortSignal.abort();
    world.answer('before', () =>
      policy.execute(
        noteArguments(world, aborted, () => 1),
        aborted,
      ),
    );
    world.running(policy);
    await later(1);
    const caller = new AbortController();
    const call = noteArguments(world, caller.signal, () => sleep(30));
    world.answer('during', () => policy.execute(call, caller.signal));
    world.answer('beside', () => policy.execute(() => sleep(30), caller.signal));
    await later(10);
    world.note('listeners:', getEventListeners(caller.signal, 'abort').length);
    caller.abort();
    await vi.runAllTimersAsync();
    world.note('listeners:', getEventListeners(caller.signal, 'abort').length);
    world.answer('after', () => policy.execute(call, caller.signal));
  };

  scenes[`${policyName}, a lazy thenable`] = async (world) => {
    const policy = world.fresh(make(world.cockatiel));
    const counts = { gets: 0, calls: 0 };
    const query = {
      get then() {
        counts.gets++;
        return (fulfil: (rows: unknown) => void) => {
          counts.calls++;
          setTimeout(fulfil, 5, 'rows');
        };
      },
    };
    world.answer('query', () => policy.execute(() => query));
    world.running(policy);
    await vi.runAllTimersAsync();
    world.note(counts);
  };

  scenes[`${policyName}, rejections that nobody handles`] = async (world) => {
    const policy = world.fresh(make(world.cockatiel));
    for (const fn of [async () => fails(THIRD)(), () => sleep(150).then(fails(THIRD))]) {
      try {
        void policy.execute(fn);
      } catch (error) {
        world.note('throws', error);
      }
      world.running(policy);
      await vi.runAllTimersAsync();
    }
    world.note('end');
  };

  scenes[`${policyName}, the microtasks around its function`] = async (world) => {
    const policy = world.fresh(make(world.cockatiel)) as Executes & {
      onSuccess?: (listener: () => void) => void;
      onFailure?: (listener: () => void) => void;
    };
    let now = () => 0;
    policy.onSuccess?.(() => world.note('success in', now()));
    policy.onFailure?.(() => world.note('failure in', now()));
    for (const fn of [
      () => 1,
      async () => 1,
      fails(SECOND),
      async () => fails(SECOND)(),
      () => Promise.resolve().then(() => Promise.resolve(1)),
      () => ({ then: (fulfil: (value: unknown) => void) => fulfil(world.note('then in', now())) }),
    ]) {
      now = world.ticks();
      world.answer('call', () =>
        policy.execute(() => {
          world.note('begins in', now());
          queueMicrotask(() => world.note('and goes on in', now()));
          return fn();
        }),
      );
      world.note('execute returned in', now());
      await vi.runAllTimersAsync();
    }
  };

  scenes[`${policyName}, listeners that come while a call runs, or from another listener`] = async (
    world,
  ) => {
    const policy = world.fresh(make(world.cockatiel)) as Executes & {
      onSuccess?: (listener: () => void) => void;
      onFailure?: (listener: () => void) => void;
    };
    for (const fn of [() => sleep(10), () => sleep(10).then(fails(THIRD))]) {
      world.answer('call', () => policy.execute(fn));
      await turn();
      for (const event of ['onSuccess', 'onFailure'] as const) {
        policy[event]?.(() => {
          world.note(event);
          policy[event]?.(() => world.note(event, 'in', event));
        });
      }
      world.running(policy);
      await vi.runAllTimersAsync();
    }
    world.answer('call', () => policy.execute(fails(THIRD)));
  };

  scenes[`${policyName}, calls that run at the same time`] = async (world) => {
    const policy = world.fresh(make(world.cockatiel));
    const steps = [1, 2, 3, 4].map(() => deferred());
    for (const [index, { promise }] of steps.entries()) {
      world.answer(`call ${index}`, () =>
        policy.execute(() => {
          world.note('runs', index);
          return promise;
        }),
      );
      if (index === 1) world.running(policy);
    }
    await turn();
    steps[2]?.resolve('two');
    steps[0]?.reject(FIRST);
    await turn();
    steps[3]?.reject(SECOND);
    steps[1]?.resolve('one');
  };

  scenes[`${policyName}, the context of its caller`] = async (world) => {
    const policy = world.fresh(make(world.cockatiel));
    for (const caller of [1, 2, 3]) {
      context.run(caller, () => {
        world.answer(`call ${caller}`, () =>
          policy.execute(async () => {
            world.note(caller, 'runs in the context of', context.getStore());
            await sleep(5);
            return context.getStore();
          }),
        );
      });
    }
    world.running(policy);
  };

  scenes[`${policyName}, what is no function`] = (world) => {
    const policy = world.fresh(make(world.cockatiel));
    world.answer('nothing', () => policy.execute(undefined as unknown as Fn));
    world.answer('a text', () => policy.execute('text' as unknown as Fn));
  };

  scenes[`${policyName}, the signal that all calls without one share`] = async (world) => {
    const policy = world.fresh(make(world.cockatiel));
    const signals: AbortSignal[] = [];
    for (let i = 0; i < 3; i++) {
      world.answer('call', () => policy.execute(({ signal }) => void signals.push(signal)));
      await turn();
    }
    world.note(
      'as many signals:',
      new Set(signals).size,
      'aborted:',
      signals.map((s) => s.aborted),
    );
    world.note(
      'listeners:',
      signals.map((signal) => getEventListeners(signal, 'abort').length),
    );
  };
}

scenes['the hooks that a user gives to cockatiel are called as often'] = async (world) => {
  const { cockatiel, note } = world;
  const noted = <T>(what: string, result: T) => {
    note(what);
    return result;
  };
  const filter = cockatiel
    .handleWhen(() => noted('error filter', true))
    .orWhenResult((result) => noted(`result filter ${String(result)}`, result === 'bad'));
  const policy = world.fresh(
    cockatiel.wrap(
      cockatiel.fallback(filter, () => noted('factory', 'instead')),
      cockatiel.retry(filter, {
        maxAttempts: 2,
        backoff: new cockatiel.DelegateBackoff(() => noted('backoff', 5)),
      }),
      cockatiel.circuitBreaker(filter, {
        halfOpenAfter: new cockatiel.DelegateBackoff(() => noted('half-open backoff', 5)),
        breaker: {
          state: undefined,
          success: () => note('breaker success'),
          failure: () => noted('breaker failure', true),
        },
      }),
    ),
  );
  for (const fn of [() => 'fine', () => 'bad', fails(FIRST), () => sleep(7).then(() => 'bad')]) {
    world.answer('call', () => policy.execute(fn));
    world.running(policy);
    await vi.runAllTimersAsync();
  }
};

scenes['events come in the same order, with the same reasons'] = async (world) => {
  const { cockatiel, note } = world;
  const breaker = cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 30,
    breaker: new cockatiel.ConsecutiveBreaker(1),
  });
  const retry = cockatiel.retry(cockatiel.handleAll, {
    maxAttempts: 3,
    backoff: new cockatiel.ConstantBackoff(20),
  });
  const bulkhead = cockatiel.bulkhead(1);
  const timeout = cockatiel.timeout(100, cockatiel.TimeoutStrategy.Aggressive);
  const stack = world.fresh(cockatiel.wrap(retry, breaker, bulkhead, timeout));
  for (const [name, policy] of Object.entries({ retry, breaker, bulkhead, timeout })) {
    policy.onSuccess(() => note(name, 'success', breaker.state));
    policy.onFailure(({ handled, reason }) =>
      note(name, 'failure', handled, Object.values(reason)[0]),
    );
  }
  retry.onRetry(({ attempt, delay }) => note('retry', attempt, delay));
  retry.onGiveUp((reason) => note('give up', Object.values(reason)[0]));
  breaker.onBreak((reason) => note('break', reason && Object.values(reason)[0], breaker.state));
  breaker.onReset(() => note('reset', breaker.state));
  breaker.onHalfOpen(() => note('half-open', breaker.state));
  breaker.onStateChange((state) => note('state', state));
  bulkhead.onReject(() => note('reject'));
  timeout.onTimeout(() => note('timeout'));
  const fns: (() => unknown)[] = [fails(FIRST), async () => 'fine', never, () => sleep(30)];
  for (const fn of fns) {
    world.answer('call', () => stack.execute(fn));
    world.answer('beside', () => stack.execute(fn));
    world.running(stack);
    await vi.runAllTimersAsync();
  }
  const handle = breaker.isolate();
  world.answer('isolated', () => stack.execute(() => 'never'));
  await vi.runAllTimersAsync();
  handle.dispose();
};

scenes['a half-open circuit lets its waiters go in the same order'] = async (world) => {
  const breaker = world.fresh(POLICIES['circuit breaker']?.(world.cockatiel) as Executes);
  for (let i = 0; i < 2; i++) world.answer('opens', () => breaker.execute(fails(FIRST)));
  await later(50);
  const test = deferred();
  const caller = new AbortController();
  world.answer('test', () => breaker.execute(() => test.promise));
  world.running(breaker);
  for (const index of [1, 2, 3]) {
    world.answer(`waiter ${index}`, () =>
      breaker.execute(
        ({ signal }) => world.note(index, 'runs', signal === caller.signal),
        caller.signal,
      ),
    );
  }
  await turn();
  test.resolve('fine');
};

scenes['a bulkhead lets its queue in, and newcomers before it, in the same order'] = async (
  world,
) => {
  const bulkhead = world.fresh(world.cockatiel.bulkhead(1, 2)) as Executes;
  const running = deferred();
  world.answer('running', () => bulkhead.execute(() => running.promise));
  for (const index of [1, 2, 3]) {
    world.answer(`queued ${index}`, () => bulkhead.execute(() => world.note(index, 'runs')));
  }
  world.running(bulkhead);
  running.resolve('done');
  // A newcomer in each of the next microtasks: some before the queue is let in, some after.
  for (let hop = 0; hop < 8; hop++) {
    await Promise.resolve();
    world.answer(`newcomer ${hop}`, () => bulkhead.execute(() => world.note('newcomer', hop)));
  }
};

/** Members of a stack inside an aggressive timeout: what they are made of decides how long a way is. */
const INSIDE: readonly (readonly string[])[] = [
  [],
  ['custom'],
  ['bulkhead'],
  ['noop'],
  ['fallback'],
  ['circuit breaker'],
  ['retry'],
  ['aggressive timeout'],
  ['cooperative timeout'],
  ['custom', 'bulkhead'],
  ['bulkhead', 'custom'],
  ['custom', 'custom', 'aggressive timeout'],
  ['nested stack'],
  ['fallback', 'retry', 'circuit breaker', 'bulkhead', 'aggressive timeout'],
];

/** How a function may settle in the very turn of the abort, and how many microtasks after. */
const RACES: Record<string, (settle: () => void, signal: AbortSignal) => void> = {
  'just before the abort': (settle) => void setTimeout(settle, 100),
  'on the abort': (settle, signal) => signal.addEventListener('abort', settle),
  'one microtask after the abort': (settle, signal) =>
    signal.addEventListener('abort', () => queueMicrotask(settle)),
  'two microtasks after the abort': (settle, signal) =>
    signal.addEventListener(
      'abort',
      () => void Promise.resolve().then(() => queueMicrotask(settle)),
    ),
};

for (const inside of INSIDE) {
  for (const [when, race] of Object.entries(RACES)) {
    scenes[`a race of timeout(${inside.join(', ')}) with a function that settles ${when}`] = async (
      world,
    ) => {
      const { cockatiel } = world;
      for (const end of ['resolve', 'reject'] as const) {
        const stack = world.fresh(
          cockatiel.wrap(
            cockatiel.timeout(100, cockatiel.TimeoutStrategy.Aggressive),
            ...inside.map((name) => POLICIES[name]?.(cockatiel) as never),
          ),
        ) as Executes;
        const { promise, resolve, reject } = deferred();
        const settle = () => (end === 'resolve' ? resolve('won') : reject(THIRD));
        // Its timer comes first where it is to be first.
        if (when.startsWith('just before')) race(settle, AbortSignal.abort());
        const now = world.ticks();
        world.answer(end, () =>
          stack.execute(({ signal }) => {
            if (!when.startsWith('just before')) race(settle, signal);
            return promise;
          }),
        );
        world.note('begun in', now());
        world.running(stack);
        await vi.runAllTimersAsync();
      }
    };
  }
}

describe.each(majors)('cockatiel $major', ({ cockatiel }) => {
  describe('does the same, instrumented or not', () => {
    it.each(Object.entries(scenes))('%s', (_, scene) => expectUnchanged(cockatiel, scene));
  });
});

describe('the comparison', () => {
  it('sees an unhandled rejection, an error that is another, and a microtask more', async () => {
    const [{ cockatiel }] = majors as [(typeof majors)[number]];
    const scene = (wrong: boolean): Scene => {
      return (world) => {
        const now = world.ticks();
        world.answer('call', () => Promise.reject(wrong ? new Error('0') : FIRST));
        void (wrong ? Promise.resolve().then(() => {}) : Promise.resolve()).then(() =>
          world.note('then in', now()),
        );
        if (wrong) void Promise.reject(SECOND);
      };
    };
    expect(await play(cockatiel, scene(false))).toEqual({
      seen: ['then in 1', 'timers: 0'],
      answers: ['call fails with error #0'],
    });
    expect(await play(cockatiel, scene(true))).toEqual({
      seen: ['then in 2', 'unhandled: error #1', 'timers: 0'],
      answers: ['call fails with Error(0)'],
    });
  });
});
