import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createPolicy,
  type PolicyOverrides,
  policyRegistry,
  type ResilientPolicy,
} from '../../../src/policies/index.ts';
import { PRESET_NAMES } from '../../../src/presets/presets.ts';
import { moved } from '../../instrumentation/support.ts';
import fc from '../../support/fast-check.ts';
import { TestSdk } from '../../support/metrics.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  policyRegistry.dispose();
});

const env = (values: Record<string, string>) => {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
};

/** A setting that is in force, and where it came from. */
function of(policy: ResilientPolicy, path: string) {
  const origin = policy.origins[path];
  const value = path
    .split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], policy.settings);
  return [value, origin?.from === 'environment' ? origin.variable : origin?.from];
}

describe('the settings of a policy', () => {
  it('are those of code, else of the environment, else of the preset', () => {
    env({ RETRY_MAX_ATTEMPTS: '6', TIMEOUT_SERVICE: '3' });
    const policy = createPolicy('service', 'enterprise', { retry: { calls: 2 } });
    expect(of(policy, 'retry.calls')).toEqual([2, 'code']);
    expect(of(policy, 'timeout.duration')).toEqual([3000, 'TIMEOUT_SERVICE']);
    expect(of(policy, 'retry.initialDelay')).toEqual([2000, 'preset']);
    expect(of(policy, 'overallTimeout')).toEqual([false, 'preset']);
  });

  it.each([
    [
      'my-service',
      'default',
      'CIRCUIT_BREAKER_MY_SERVICE_FAIL_MAX',
      '7',
      'circuitBreaker.consecutiveFailures',
    ],
    [
      'her.service',
      'default',
      'CIRCUIT_BREAKER_HER_SERVICE_TIMEOUT',
      '7',
      'circuitBreaker.halfOpenAfter',
    ],
    ['cmlWorker', 'apiClient', 'TIMEOUT_CML_WORKER', '7', 'timeout.duration'],
    ['any', 'llm', 'TIMEOUT_LLM', '7', 'timeout.duration'],
    ['any', 'auth', 'TIMEOUT_AUTH', '7', 'timeout.duration'],
    ['any', 'database', 'TIMEOUT_DB', '7', 'timeout.duration'],
    ['any', 'http', 'TIMEOUT_HTTP', '7', 'timeout.duration'],
    ['any', 'default', 'TIMEOUT_DEFAULT', '7', 'timeout.duration'],
    ['any', 'enterprise', 'TIMEOUT_DEFAULT', '7', 'timeout.duration'],
    ['any', 'llm', 'BULKHEAD_LLM_LIMIT', '7', 'bulkhead.limit'],
    ['any', 'authorization', 'BULKHEAD_OPENFGA_LIMIT', '7', 'bulkhead.limit'],
    ['any', 'redis', 'BULKHEAD_REDIS_LIMIT', '7', 'bulkhead.limit'],
    ['any', 'database', 'BULKHEAD_DB_LIMIT', '7', 'bulkhead.limit'],
    ['any', 'enterprise', 'BULKHEAD_ANY_LIMIT', '7', 'bulkhead.limit'],
    ['any', 'enterprise', 'RETRY_EXPONENTIAL_BASE', '7', 'retry.exponent'],
    ['any', 'enterprise', 'RETRY_EXPONENTIAL_MAX', '7', 'retry.maxDelay'],
    ['any', 'enterprise', 'RETRY_MAX_WAIT', '7', 'retry.maxDelay'],
    ['any', 'enterprise', 'RETRY_MIN_WAIT', '7', 'retry.minDelay'],
    ['any', 'enterprise', 'RETRY_MAX_ATTEMPTS', '7', 'retry.calls'],
  ] as const)('of %s (%s) follow %s', (name, preset, variable, value, path) => {
    env({ [variable]: value });
    const policy = createPolicy(name, preset);
    const expectedValue = /Delay$|duration$|halfOpenAfter$/.test(path) ? 7000 : 7;
    expect(of(policy, path)).toEqual([expectedValue, variable]);
    expect(Object.values(policy.origins).filter(({ from }) => from === 'environment')).toHaveLength(
      1,
    );
  });

  it('follow the variable of the name before that of the preset', () => {
    env({ TIMEOUT_LLM: '7', TIMEOUT_CHAT: '8' });
    expect(of(createPolicy('chat', 'llm'), 'timeout.duration')).toEqual([8000, 'TIMEOUT_CHAT']);
  });

  it('do not follow the timeout of the default where the preset has one of its own', () => {
    env({ TIMEOUT_DEFAULT: '7' });
    for (const preset of PRESET_NAMES) {
      const own = ['http', 'apiClient', 'aws', 'database', 'llm', 'auth', 'task'].includes(preset);
      if (preset === 'httpService') continue;
      expect(of(createPolicy('any', preset), 'timeout.duration')[1]).toBe(
        own ? 'preset' : 'TIMEOUT_DEFAULT',
      );
    }
  });

  it('wait as long as the environment wants at least, though the longest of the preset is shorter', () => {
    env({ RETRY_MIN_WAIT: '30' });
    for (const preset of PRESET_NAMES) {
      const policy = createPolicy('any', preset);
      expect(of(policy, 'retry.minDelay')).toEqual([30_000, 'RETRY_MIN_WAIT']);
      expect(of(policy, 'retry.maxDelay')).toEqual([30_000, 'RETRY_MIN_WAIT']);
    }
  });

  it('name the variable that does not go with another, or with the code', () => {
    env({ RESILIENCE_RETRY_MIN_WAIT: '3' });
    expect(() => createPolicy('any', 'http', { retry: { maxDelay: 1000 } })).toThrow(
      'Expected `overrides.retry.maxDelay` to be at least RESILIENCE_RETRY_MIN_WAIT (3000 ms), got 1000',
    );
    env({ RESILIENCE_RETRY_EXPONENTIAL_MAX: '2' });
    expect(() => createPolicy('any', 'http')).toThrow(
      'Expected RESILIENCE_RETRY_EXPONENTIAL_MAX to be at least RESILIENCE_RETRY_MIN_WAIT (3000 ms), got 2000',
    );
  });

  it('ignore a variable without the prefix that does not fit another, or the code', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    env({ RETRY_MIN_WAIT: '3' });
    const policy = createPolicy('any', 'http', { retry: { maxDelay: 1000 } });
    expect(of(policy, 'retry.minDelay')).toEqual([0, 'preset']);
    expect(of(policy, 'retry.maxDelay')).toEqual([1000, 'code']);
    env({ RETRY_MAX_WAIT: '2' });
    const second = createPolicy('any', 'http');
    expect(of(second, 'retry.minDelay')).toEqual([0, 'preset']);
    expect(of(second, 'retry.maxDelay')).toEqual([2000, 'RETRY_MAX_WAIT']);
    expect(warned.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining('Expected RETRY_MIN_WAIT to fit the other limit of the delay, got 3'),
    ]);
  });

  it('take the variable with the prefix before that without, and that of the name before both of the preset', () => {
    env({ TIMEOUT_HTTP: '6', RESILIENCE_TIMEOUT_HTTP: '7' });
    expect(of(createPolicy('any', 'http'), 'timeout.duration')).toEqual([
      7000,
      'RESILIENCE_TIMEOUT_HTTP',
    ]);
    env({ TIMEOUT_ANY: '8', RESILIENCE_RETRY_ENABLED: 'false', RETRY_ENABLED: 'true' });
    const policy = createPolicy('any', 'http');
    expect(of(policy, 'timeout.duration')).toEqual([8000, 'TIMEOUT_ANY']);
    expect(of(policy, 'retry')).toEqual([false, 'RESILIENCE_RETRY_ENABLED']);
  });

  it('lose a member that the environment switches off, unless the code removes or sets it', () => {
    env({ RETRY_ENABLED: 'false', CIRCUIT_BREAKER_ENABLED: 'false' });
    const policy = createPolicy('service', 'enterprise', { retry: { calls: 9 } });
    expect(of(policy, 'retry')).toEqual([false, 'RETRY_ENABLED']);
    expect(of(policy, 'circuitBreaker')).toEqual([false, 'CIRCUIT_BREAKER_ENABLED']);
    expect([policy.retry, policy.circuitBreaker]).toEqual([undefined, undefined]);
    env({ RETRY_ENABLED: 'true' });
    expect(createPolicy('service', 'enterprise', { retry: false }).retry).toBeUndefined();
  });

  it('are read when the policy is made, and do not change after', () => {
    env({ TIMEOUT_SERVICE: '3' });
    const policy = createPolicy('service');
    env({ TIMEOUT_SERVICE: '4' });
    expect(of(policy, 'timeout.duration')).toEqual([3000, 'TIMEOUT_SERVICE']);
    expect(Object.isFrozen(policy.settings.timeout)).toBe(true);
  });

  it('of a member that only the code wants are those of the default', () => {
    const policy = createPolicy('service', 'enterprise', {
      bulkhead: { limit: 3 },
      overallTimeout: { duration: 60_000 },
    });
    expect(policy.settings.bulkhead).toEqual({ limit: 3, queue: 0 });
    expect(policy.settings.overallTimeout).toEqual({ duration: 60_000, strategy: 'aggressive' });
  });

  it.each([
    [{ retry: { calls: 0 } }, '`overrides.retry.calls` to be an integer of at least 1, got 0'],
    [{ retry: { attempts: 3 } }, /`overrides.retry` to have only handle, .*, got `attempts`/],
    [{ retries: {} }, /`overrides` to have only circuitBreaker, .*, got `retries`/],
    [{ retry: true }, '`overrides.retry` to be `false` or an object, got true'],
    [
      { retry: { strategy: 'none' } },
      '`overrides.retry.strategy` to be exponential or linear or fixed or random, got "none"',
    ],
    [
      { retry: { delays: [] } },
      '`overrides.retry.delays` to be a list of milliseconds, at least one, got an array',
    ],
    [{ retry: { delays: [1, -1] } }, /`overrides.retry.delays` to be milliseconds from 0/],
    [
      { retry: { initialDelay: 20_000 } },
      '`overrides.retry.maxDelay` to be at least `initialDelay` (20000 ms), got 10000',
    ],
    [
      { retry: { minDelay: 20_000 } },
      "the preset's `maxDelay` to be at least `overrides.retry.minDelay` (20000 ms), got 10000",
    ],
    [{ retry: { delay: 5 } }, '`overrides.retry.delay` to be a function, got 5'],
    [
      { timeout: { duration: 0 } },
      '`overrides.timeout.duration` to be milliseconds from 1 to 2147483647, got 0',
    ],
    [{ timeout: { duration: 2_147_483_648 } }, /`overrides.timeout.duration` to be milliseconds/],
    [
      { timeout: { duration: Number.NaN } },
      /`overrides.timeout.duration` to be milliseconds .*, got NaN/,
    ],
    [
      { timeout: { duration: Infinity } },
      /`overrides.timeout.duration` to be milliseconds .*, got Infinity/,
    ],
    [
      { overallTimeout: {} },
      '`overrides.overallTimeout.duration` to be milliseconds, got undefined',
    ],
    [
      { bulkhead: { queue: 2 } },
      '`overrides.bulkhead.limit` to be an integer of at least 1, got undefined',
    ],
    [
      { circuitBreaker: { threshold: 1 } },
      '`overrides.circuitBreaker.threshold` to be a number between 0 and 1, got 1',
    ],
    [
      { circuitBreaker: { kind: 'count', size: 5 } },
      '`circuitBreaker.minimumNumberOfCalls` to be at most `size` (5), got 10',
    ],
    [{ order: ['retry'] }, '`overrides.order` to have `circuitBreaker`, got "retry"'],
    [{ order: ['retry', 'retry'] }, '`overrides.order` to have each member once, got an array'],
    [{ handle: 'all' }, '`overrides.handle` to be a function, got "all"'],
    [{ fallback: {} }, /`overrides.fallback` to be `false` or a fallback strategy/],
    [null, '`overrides` to be an object, got null'],
  ])('are refused where they are %o', (overrides, message) => {
    expect(() => createPolicy('service', 'default', overrides as PolicyOverrides)).toThrow(message);
    expect(() => createPolicy('service', 'default', overrides as PolicyOverrides)).toThrow(
      TypeError,
    );
  });

  it('are refused with everything that is wrong, in one error', () => {
    const overrides = { retry: { calls: 0 }, timeout: { duration: 0 }, bulkhead: 3 };
    expect(() => createPolicy('service', 'default', overrides as never)).toThrow(
      /`overrides.retry.calls`.*\n.*`overrides.timeout.duration`.*\n.*`overrides.bulkhead`/,
    );
    expect(() => createPolicy('service', 'defualt' as never)).toThrow(
      '`preset` to be one of default,',
    );
    expect(() => createPolicy(' ')).toThrow('`name` to be a non-empty string');
  });

  it('are rejected by a TypeError with the reason, for any invalid value', () => {
    const parts = [
      'circuitBreaker',
      'overallTimeout',
      'retry',
      'bulkhead',
      'timeout',
      'order',
      'x',
    ];
    const settings = [
      'calls',
      'duration',
      'limit',
      'queue',
      'consecutiveFailures',
      'delays',
      'toString',
    ];
    const nonsense = fc.dictionary(
      fc.constantFrom(...parts),
      fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...settings), fc.anything())),
    );
    fc.assert(
      fc.property(nonsense, (overrides) => {
        try {
          createPolicy('nonsense', 'default', overrides as PolicyOverrides).dispose();
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          expect((error as Error).message).toMatch(/^(Expected .+, got .*(\n|$))+/);
        }
      }),
    );
  });

  it('are refused where two names have the same variables', () => {
    createPolicy('two-names');
    expect(() => createPolicy('two_names')).toThrow(
      'Expected `name` to differ from "two-names" in the names of environment variables, where both are TWO_NAMES, got "two_names"',
    );
    createPolicy('two-names');
  });
});

describe('a policy that is switched off with all others', () => {
  it('calls once, whatever comes, and is still counted', async () => {
    env({ RESILIENCE_ENABLED: 'false' });
    const sdk = new TestSdk();
    const policy = createPolicy('service', 'enterprise', {
      instrument: { meterProvider: sdk.provider },
    });
    const fn = vi.fn(() => Promise.reject(Object.assign(new Error('down'), { status: 503 })));
    for (let call = 0; call < 10; call++) await expect(policy.execute(fn)).rejects.toThrow('down');
    expect(fn).toHaveBeenCalledTimes(10);
    expect(await policy.execute(() => 'up')).toBe('up');
    expect(policy.enabled).toBe(false);
    policy.reset();
    policy.isolate().dispose();
    expect(await moved(sdk)).toEqual({ executions: { success: 1, failure: 10 } });
    await sdk.provider.shutdown();
  });
});
