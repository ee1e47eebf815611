import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Dependencies,
  type DependencyMonitor,
  type Logger,
  type MonitorOptions,
  monitorDependencies,
} from '../../src/health/index.ts';
import { TestSdk } from '../support/metrics.ts';

const never = () => new Promise<never>(() => {});
const AVAILABLE = 'resilience.dependency.available';
const DURATION = 'resilience.dependency.check.duration';
const ATTEMPTS = 'resilience.dependency.recovery.attempts';

let sdk: TestSdk;
let monitors: DependencyMonitor[];
let lines: string[];
const logger: Logger = {
  info: (message) => void lines.push(`info ${message}`),
  warn: (message) => void lines.push(`warn ${message}`),
  error: (message) => void lines.push(`error ${message}`),
};

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-02T03:04:05Z') });
  sdk = new TestSdk();
  monitors = [];
  lines = [];
});
afterEach(() => {
  for (const monitor of monitors) monitor.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function monitor(checks: Dependencies, options: MonitorOptions = {}): DependencyMonitor {
  const running = monitorDependencies(checks, {
    jitter: 0,
    meterProvider: sdk.provider,
    ...options,
  });
  monitors.push(running);
  return running;
}

/** Records the seconds from now at which the function is called. */
function timed<R>(fn: () => R): { at: number[]; fn: () => R } {
  const start = Date.now();
  const at: number[] = [];
  return {
    at,
    fn: () => {
      at.push(Math.round((Date.now() - start) / 10) / 100);
      return fn();
    },
  };
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);
const fail = () => Promise.reject(new Error('status 503'));

describe('checks', () => {
  it('run at once, then every 30 s', async () => {
    const { at, fn } = timed(() => {});
    monitor({ workday: fn });
    await seconds(100);
    expect(at).toEqual([0, 30, 60, 90]);
  });

  it('run at the interval of their dependency, or else of the monitor', async () => {
    const a = timed(() => {});
    const b = timed(() => {});
    monitor({ a: a.fn, b: { check: b.fn, interval: 4000 } }, { interval: 5000 });
    await seconds(12);
    expect(a.at).toEqual([0, 5, 10]);
    expect(b.at).toEqual([0, 4, 8, 12]);
  });

  it('are jittered by a tenth of the interval, and do not drift', async () => {
    const { at, fn } = timed(() => {});
    monitor({ workday: fn }, { jitter: 0.1 });
    await seconds(30 * 1000);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(26.99);
    expect(Math.min(...gaps)).toBeLessThan(27.5);
    expect(Math.max(...gaps)).toBeGreaterThan(32.5);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(33.01);
    expect(at.length).toBeGreaterThan(980);
  });

  it('of one dependency never overlap, and a slow check delays no other dependency', async () => {
    let running = 0;
    const slow = timed(async () => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 7000));
      running--;
    });
    const fast = timed(() => {});
    monitor({ slow: slow.fn, fast: fast.fn }, { interval: 5000 });
    await seconds(20);
    expect(slow.at).toEqual([0, 7, 14]);
    expect(fast.at).toEqual([0, 5, 10, 15, 20]);
    await seconds(1);
    monitors[0]?.stop();
    await seconds(7);
  });

  it('are reported as hanging while the previous one ignores its signal', async () => {
    const signals: AbortSignal[] = [];
    let settle: (error?: Error) => void = () => {};
    const watched = monitor(
      {
        hangs: ({ signal }) => {
          signals.push(signal);
          return new Promise<void>((resolve, reject) => {
            settle = (error) => (error ? reject(error) : resolve());
          });
        },
      },
      { interval: 20_000 },
    );
    const error = () => watched.state().systems['hangs']?.error;
    await seconds(15);
    expect(error()).toBe('no answer within 10000 ms');
    await seconds(30);
    expect(error()).toBe('the previous check still hangs after 40 s');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    const points = await sdk.points(DURATION);
    expect(points.map(({ value }) => (value as { count: number }).count)).toContain(1);
    // A late result is not counted, but the next round checks again.
    settle(new Error('late'));
    await seconds(15.5);
    expect(signals).toHaveLength(2);
    settle();
    await seconds(0.1);
    expect(error()).toBeNull();
  });

  it('continue after a check that obeys its signal', async () => {
    const signals: AbortSignal[] = [];
    monitor(
      {
        obeys: ({ signal }) => {
          signals.push(signal);
          return new Promise((_, reject) => signal.addEventListener('abort', reject));
        },
      },
      { interval: 20_000 },
    );
    await seconds(45);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false]);
  });
});

describe('the state', () => {
  it('has the results of the last checks, and none before the first', async () => {
    const { state, ready } = monitor({
      workday: () => new Promise((resolve) => setTimeout(resolve, 100)),
      jira: () => new Promise((resolve) => setTimeout(resolve, 6000)),
      llm: fail,
    });
    expect(state()).toMatchObject({
      systems: {
        workday: { available: false, error: 'not checked yet', checked_at: null, since: null },
      },
      summary: { available_systems: 0, total_systems: 3, safe_for_bulk_work: false },
    });
    await seconds(6);
    await ready;
    expect(state()).toEqual({
      timestamp: '2026-01-02T03:04:11.000Z',
      systems: {
        workday: {
          available: true,
          response_time_ms: 100,
          slow: false,
          error: null,
          checked_at: '2026-01-02T03:04:05.100Z',
          since: '2026-01-02T03:04:05.100Z',
          recovery_attempts: 0,
        },
        jira: expect.objectContaining({ available: true, response_time_ms: 6000, slow: true }),
        llm: expect.objectContaining({ available: false, error: 'status 503' }),
      },
      summary: {
        total_systems: 3,
        available_systems: 2,
        unavailable_systems: 1,
        availability_percentage: 66.67,
        safe_for_bulk_work: false,
      },
    });
  });

  it('has the time of the last change of availability', async () => {
    let up = true;
    const { state } = monitor({ workday: () => up }, { interval: 1000 });
    await seconds(3);
    const since = () => state().systems['workday']?.since;
    expect(since()).toBe('2026-01-02T03:04:05.000Z');
    up = false;
    await seconds(3);
    expect(since()).toBe('2026-01-02T03:04:09.000Z');
  });
});

describe('recovery', () => {
  it('is attempted after 1 s, with a delay that doubles up to 60 s, without end', async () => {
    const { at, fn } = timed(fail);
    monitor({ database: { check: fail, recover: fn } });
    await seconds(600);
    const gaps = at.map((time, index) => time - (at[index - 1] ?? 0));
    expect(gaps).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60, 60]);
  });

  it('is followed by a check at once if it succeeds, and at the interval if it fails', async () => {
    const check = timed(fail);
    let works = false;
    const recover = timed(() => (works ? undefined : fail()));
    monitor({ database: { check: check.fn, recover: recover.fn } });
    await seconds(10);
    works = true;
    await seconds(10);
    expect(recover.at).toEqual([1, 3, 7, 15]);
    expect(check.at).toEqual([0, 15]);
  });

  it('starts with the initial delay again after the dependency was available', async () => {
    let up = false;
    const { at, fn } = timed(() => {});
    monitor({ database: { check: () => up, recover: fn } }, { interval: 10_000 });
    await seconds(8);
    up = true;
    await seconds(12);
    expect(at).toEqual([1, 3, 7, 15]);
    up = false;
    // The check at 25 s finds it gone.
    await seconds(14);
    expect(at.slice(4)).toEqual([26, 28, 32]);
  });

  it('is not attempted while the dependency is available', async () => {
    let up = true;
    const recover = vi.fn(fail);
    monitor({ database: { check: () => up, recover } }, { interval: 2500 });
    await seconds(6);
    expect(recover).not.toHaveBeenCalled();
    up = false;
    // Gone at 7.5 s, and tried at 8.5 s and 10.5 s.
    await seconds(5);
    expect(recover).toHaveBeenCalledTimes(2);
    up = true;
    await seconds(300);
    expect(recover).toHaveBeenCalledTimes(2);
  });

  it('receives name, attempt and error, and is aborted after its timeout', async () => {
    const contexts: unknown[] = [];
    const signals: AbortSignal[] = [];
    monitor(
      { database: fail },
      {
        recoverTimeout: 500,
        recover: ({ signal, ...context }) => {
          contexts.push(context);
          signals.push(signal);
          return new Promise((_, reject) => signal.addEventListener('abort', reject));
        },
      },
    );
    await seconds(4);
    expect(contexts).toEqual([
      { name: 'database', attempt: 1, error: 'status 503' },
      { name: 'database', attempt: 2, error: 'status 503' },
    ]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('is not attempted again while the previous attempt ignores its signal', async () => {
    const recover = vi.fn(never);
    const { state } = monitor({ database: fail }, { recoverTimeout: 500, recover });
    await seconds(60);
    expect(recover).toHaveBeenCalledTimes(1);
    expect(state().systems['database']?.recovery_attempts).toBe(1);
  });

  it('calls the function of the dependency, or else of the monitor', async () => {
    const own = vi.fn();
    const shared = vi.fn();
    monitor({ a: { check: fail, recover: own }, b: fail, c: { check: fail } }, { recover: shared });
    await seconds(1.5);
    expect(own).toHaveBeenCalledTimes(1);
    expect(shared.mock.calls.map(([{ name }]) => name)).toEqual(['b', 'c']);
  });

  it('waits for the configured delays', async () => {
    const { at, fn } = timed(() => false);
    monitor({ database: { check: fail, recover: fn } }, { initialDelay: 100, maxDelay: 300 });
    await seconds(1.2);
    expect(at).toEqual([0.1, 0.3, 0.6, 0.9, 1.2]);
  });

  it('alerts after 10 attempts, once per outage', async () => {
    let up = false;
    const onAlert = vi.fn();
    monitor({ database: { check: () => up || fail(), recover: fail } }, { onAlert, logger });
    await seconds(1 + 2 + 4 + 8 + 16 + 32 + 60 * 3);
    expect(onAlert).not.toHaveBeenCalled();
    await seconds(60);
    expect(onAlert.mock.calls).toEqual([[{ name: 'database', attempts: 10, error: 'status 503' }]]);
    await seconds(3600);
    expect(onAlert).toHaveBeenCalledTimes(1);
    up = true;
    await seconds(60);
    up = false;
    await seconds(360);
    expect(onAlert).toHaveBeenCalledTimes(2);
    expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(2);
  });

  it('alerts also after 10 attempts that succeed and do not help', async () => {
    const onAlert = vi.fn();
    monitor({ database: { check: fail, recover: () => {} } }, { onAlert });
    await seconds(302);
    expect(onAlert).not.toHaveBeenCalled();
    await seconds(3);
    expect(onAlert).toHaveBeenCalledTimes(1);
  });
});

describe('log lines', () => {
  it('are written per change, and per attempt until the alert', async () => {
    let up = true;
    const check = () => up || fail();
    let helps = false;
    const recover = () => helps || fail();
    monitor({ workday: check, database: { check, recover, interval: 60_000 } }, { logger });
    await seconds(300);
    expect(lines).toEqual([]);
    up = false;
    await seconds(68);
    expect(lines).toEqual([
      'warn workday is not available: status 503',
      'warn database is not available: status 503',
      'warn Recovery attempt 1 of database failed, next attempt in 2 s: status 503',
      'warn Recovery attempt 2 of database failed, next attempt in 4 s: status 503',
      'warn Recovery attempt 3 of database failed, next attempt in 8 s: status 503',
    ]);
    lines = [];
    up = true;
    helps = true;
    await seconds(90);
    expect(lines).toEqual([
      'info Recovery attempt 4 of database succeeded',
      'info database is available again after 15 s and 4 recovery attempts',
      'info workday is available again after 60 s',
    ]);
  });

  it('are 12 for an outage of a day', async () => {
    monitor({ database: { check: fail, recover: fail } }, { logger });
    await seconds(86_400);
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe(
      'error database is not available after 10 recovery attempts, which continue: status 503',
    );
  });

  it('have fields, and no line break of a name or an error', async () => {
    const warn = vi.fn();
    const name = 'a\nerror all is lost';
    monitor({ [name]: () => Promise.reject(new Error('x\ny')) }, { logger: { ...logger, warn } });
    await seconds(1);
    expect(warn.mock.calls).toEqual([['a is not available: x', { dependency: name, error: 'x' }]]);
  });
});

describe('hooks', () => {
  it('receive the first state and each change', async () => {
    let up = true;
    const onChange = vi.fn();
    monitor({ workday: () => up || fail() }, { onChange });
    await seconds(60);
    up = false;
    await seconds(60);
    expect(onChange.mock.calls).toEqual([
      [{ name: 'workday', available: true, error: null }],
      [{ name: 'workday', available: false, error: 'status 503' }],
    ]);
  });

  const broken = {
    throw: () => {
      throw new Error('a hook that fails');
    },
    reject: () => Promise.reject(new Error('a hook that rejects')),
    hang: never,
  };

  it('that throw, reject or hang do not affect the checks', async () => {
    const checks = Object.entries(broken).map(([name, hook]) => {
      const { at, fn } = timed(fail);
      monitor(
        { [name]: { check: fn, recover: hook } },
        {
          logger: { info: hook, warn: hook, error: hook },
          onChange: hook,
          onAlert: hook,
          alertAfter: 1,
          recoverTimeout: 100,
        },
      );
      return { name, at };
    });
    await seconds(95);
    expect(checks).toEqual(Object.keys(broken).map((name) => ({ name, at: [0, 30, 60, 90] })));
  });
});

describe('the metrics', () => {
  it('have the availability from the first check on', async () => {
    let up = true;
    monitor({
      workday: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return up;
      },
    });
    expect(await sdk.points(AVAILABLE)).toEqual([]);
    await seconds(1);
    const value = () => sdk.value(AVAILABLE, { 'resilience.dependency.name': 'workday' });
    expect(await value()).toBe(1);
    up = false;
    await seconds(30);
    expect(await value()).toBe(0);
    up = true;
    await seconds(30);
    expect(await value()).toBe(1);
  });

  it('have the durations of checks by result', async () => {
    const takes = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms));
    monitor({ fast: takes(100), slow: takes(6000), down: fail, hangs: never });
    await seconds(29);
    const points = (await sdk.points(DURATION)).map(({ attributes, value }) => [
      ...Object.values(attributes),
      (value as { sum: number }).sum,
    ]);
    expect(points.sort()).toEqual([
      ['down', 'unavailable', 0],
      ['fast', 'available', 0.1],
      ['hangs', 'unavailable', 10],
      ['slow', 'slow', 6],
    ]);
  });

  it('count recovery attempts from zero, if the dependency has a recovery', async () => {
    let works = true;
    const recover = () => works || fail();
    monitor({ workday: fail, database: { check: fail, recover } });
    await seconds(0);
    expect(
      (await sdk.points(ATTEMPTS)).map(({ attributes, value }) => [
        ...Object.values(attributes),
        value,
      ]),
    ).toEqual([
      ['database', 'success', 0],
      ['database', 'failure', 0],
    ]);
    await seconds(4);
    works = false;
    await seconds(12);
    const count = (result: string) =>
      sdk.value(ATTEMPTS, { 'resilience.dependency.recovery.result': result });
    expect([await count('success'), await count('failure')]).toEqual([2, 2]);
  });

  it('report a dependency without monitor as available', async () => {
    const value = () => sdk.value(AVAILABLE, { 'resilience.dependency.name': 'workday' });
    const first = monitor({ workday: fail });
    await seconds(1);
    expect(await value()).toBe(0);
    first.stop();
    expect(await value()).toBe(1);
    await sdk.collect();
    monitor({ workday: fail });
    await seconds(1);
    expect(await value()).toBe(0);
  });

  it('report a dependency of two monitors as available if both find it available', async () => {
    const value = () => sdk.value(AVAILABLE, { 'resilience.dependency.name': 'workday' });
    const one = monitor({ workday: fail });
    const second = monitor({ workday: () => {} });
    await seconds(1);
    expect(await value()).toBe(0);
    one.stop();
    expect(await value()).toBe(1);
    second.stop();
    expect(await value()).toBe(1);
  });

  it('continue for a dependency that is monitored again, after 600 others came and went', async () => {
    monitor({ workday: fail }).stop();
    monitor({ workday: () => {} });
    await seconds(0);
    for (let index = 0; index < 600; index++) monitor({ [`tenant-${index}`]: fail }).stop();
    await sdk.collect();
    expect(await sdk.value(AVAILABLE, { 'resilience.dependency.name': 'workday' })).toBe(1);
  });

  it('remain for at most 500 dependencies without monitor', async () => {
    for (let index = 0; index < 600; index++) {
      monitor({ [`tenant-${index}`]: fail }).stop();
      const watched = monitor({ [`other-${index}`]: () => {} });
      await seconds(0);
      watched.stop();
    }
    await sdk.collect();
    const left = (await sdk.points(AVAILABLE)).filter(({ value }) => value === 1);
    expect(left.length).toBeLessThanOrEqual(500);
  });
});

describe('stopping', () => {
  it('ends all timers and aborts running checks and recoveries, without log lines', async () => {
    const signals: AbortSignal[] = [];
    const hang = ({ signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return never();
    };
    const onChange = vi.fn();
    const { stop, state, ready } = monitor(
      { checked: hang, recovered: { check: fail, recover: hang } },
      { onChange, logger },
    );
    await seconds(2);
    stop();
    stop();
    await ready;
    expect(vi.getTimerCount()).toBe(0);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    await seconds(100);
    expect(signals).toHaveLength(2);
    expect(onChange).toHaveBeenCalledTimes(1);
    expect(lines).toEqual(['warn recovered is not available: status 503']);
    expect(state().systems['checked']?.error).toBe('not checked yet');
    expect((await sdk.points(ATTEMPTS)).map(({ value }) => value)).toEqual([0, 0]);
  });

  it('within a check aborts that check', async () => {
    const signals: AbortSignal[] = [];
    const { stop } = monitor({
      workday: ({ signal }) => {
        signals.push(signal);
        if (signals.length === 2) stop();
        return signals.length === 2 ? never() : true;
      },
    });
    await seconds(40);
    expect([signals.length, signals[1]?.aborted]).toEqual([2, true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('happens when the monitor is disposed of', async () => {
    const check = vi.fn();
    {
      using _ = monitor({ workday: check });
      await seconds(31);
    }
    await seconds(100);
    expect(check).toHaveBeenCalledTimes(2);
  });
});

describe('invalid arguments', () => {
  const MS = 'milliseconds from 1 to 2147483647';
  const rows: readonly (readonly [unknown, unknown, string | RegExp])[] = [
    [null, {}, 'Expected `checks` to be an object of functions, got null'],
    [
      { a: {} },
      {},
      'Expected `checks["a"]` to be a function, or an object with a function `check`, got an object',
    ],
    [{ '': () => {} }, {}, 'Expected the names in `checks` to be non-empty, got ""'],
    [
      { a: { check() {}, jitter: 1 } },
      {},
      'Expected `checks["a"]` to have only check, timeout, slowAfter, interval, recover, recoverTimeout, got `jitter`',
    ],
    [
      { a: { check() {}, interval: 0 } },
      {},
      `Expected \`checks["a"].interval\` to be ${MS}, got 0`,
    ],
    [
      { a: { check() {}, recover: 1 } },
      {},
      'Expected `checks["a"].recover` to be a function, got 1',
    ],
    [{}, null, 'Expected `options` to be an object, got null'],
    [{}, { every: 1 }, /^Expected `options` to have only timeout, .*, got `every`$/],
    [{}, { interval: '30s' }, `Expected \`options.interval\` to be ${MS}, got "30s"`],
    [{}, { timeout: -1 }, `Expected \`options.timeout\` to be ${MS}, got -1`],
    [{}, { jitter: 2 }, 'Expected `options.jitter` to be a number from 0 to 1, got 2'],
    [
      {},
      { alertAfter: 0.5 },
      'Expected `options.alertAfter` to be an integer of at least 1, got 0.5',
    ],
    [
      {},
      { initialDelay: 10, maxDelay: 9 },
      'Expected `options.maxDelay` to be milliseconds from `initialDelay` (10) to 2147483647, got 9',
    ],
    [{}, { onAlert: 1 }, 'Expected `options.onAlert` to be a function, got 1'],
    [
      {},
      { logger: { info() {} } },
      'Expected `options.logger` to have methods `info`, `warn` and `error`, got an object',
    ],
    [
      {},
      { meterProvider: {} },
      'Expected `options.meterProvider` to have a method `getMeter`, got an object',
    ],
  ];

  it('throw an error that names the argument, the expectation and the value', () => {
    for (const [checks, options, message] of rows) {
      expect.soft(() => monitorDependencies(checks as never, options as never)).toThrow(message);
    }
  });
});
