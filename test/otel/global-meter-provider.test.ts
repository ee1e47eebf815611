import { createRequire } from 'node:module';
import type * as api from '@opentelemetry/api';
import { diag, type MeterProvider, metrics } from '@opentelemetry/api';
import { ConsecutiveBreaker, circuitBreaker, handleAll, noop, retry } from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { instrument, snapshot } from '../../src/index.ts';
import { TestSdk } from '../support/metrics.ts';
import { sdks } from '../support/sdks.ts';

const EXECUTIONS = 'resilience.executions';
const succeeded = (name: string) => ({
  'resilience.policy.name': name,
  'resilience.outcome': 'success',
});

const newPolicy = () => retry(handleAll, { maxAttempts: 1 });

/** A provider that is not the same object as the last one, over the same SDK. */
const register = (sdk: TestSdk) => metrics.setGlobalMeterProvider(sdk.provider);

beforeEach(() => {
  metrics.disable();
});

afterEach(() => {
  metrics.disable();
  diag.disable();
});

describe('the global meter provider', () => {
  it('is used when the sdk started before the policy was made', async () => {
    const sdk = new TestSdk();
    register(sdk);
    const policy = instrument('before', newPolicy());
    await policy.execute(() => {});
    expect(await sdk.value(EXECUTIONS, succeeded('before'))).toBe(1);
  });

  it('is found when it is registered, before anything is called', async () => {
    instrument('idle', newPolicy());
    const sdk = new TestSdk();
    register(sdk);
    expect(await sdk.value(EXECUTIONS, succeeded('idle'))).toBe(0);
  });

  it('gets the counts from before it was there', async () => {
    const policy = instrument('long after', newPolicy());
    for (let i = 0; i < 3; i++) await policy.execute(() => {});
    const sdk = new TestSdk();
    register(sdk);
    await policy.execute(() => {});
    expect(await sdk.value(EXECUTIONS, succeeded('long after'))).toBe(4);
  });

  it('takes durations from when it is there', async () => {
    const policy = instrument('durations', newPolicy());
    await policy.execute(() => {});
    const sdk = new TestSdk();
    register(sdk);
    await policy.execute(() => {});
    const series = { 'resilience.policy.name': 'durations' };
    expect(await sdk.value('resilience.execution.duration', series)).toBe(1);
  });

  it('is found by the next call when another copy of the api registered it', async () => {
    vi.resetModules();
    const { instrument } = await import('../../src/index.ts');
    const policy = instrument('other copy', newPolicy());
    const sdk = new TestSdk();
    // What every copy of the API does: it writes to the one place that all of them share.
    Object.getPrototypeOf(metrics).setGlobalMeterProvider.call(metrics, sdk.provider);
    await policy.execute(() => {});
    expect(await sdk.value(EXECUTIONS, succeeded('other copy'))).toBe(1);
  });

  it('may be replaced: the new provider receives later counts, the old one nothing', async () => {
    const [first, second] = [new TestSdk(), new TestSdk()];
    register(first);
    const policy = instrument('replaced', newPolicy());
    await policy.execute(() => {});
    expect(await first.value(EXECUTIONS, succeeded('replaced'))).toBe(1);
    metrics.disable();
    register(second);
    await policy.execute(() => {});
    expect(await second.value(EXECUTIONS, succeeded('replaced'))).toBe(1);
    expect(await first.value(EXECUTIONS, succeeded('replaced'))).toBe(1);
  });

  it('receives all counts if the replaced provider was never collected', async () => {
    register(new TestSdk());
    const policy = instrument('never collected', newPolicy());
    await policy.execute(() => {});
    metrics.disable();
    const second = new TestSdk();
    register(second);
    expect(await second.value(EXECUTIONS, succeeded('never collected'))).toBe(1);
  });

  it.each(sdks)('counts each call once under delta temporality, SDK $sdkMajor', async ({ sdk }) => {
    const name = `delta ${sdks.findIndex((item) => item.sdk === sdk)}`;
    const policy = instrument(name, newPolicy());
    const all = [0, 1, 2].map(() => new TestSdk({ sdk, readers: ['delta'] }));
    let exported = 0;
    for (const item of [...all, ...all]) {
      metrics.disable();
      register(item);
      await policy.execute(() => {});
      exported += (await item.value(EXECUTIONS, succeeded(name))) ?? 0;
    }
    expect(exported).toBe(6);
  });

  it('gets the states in full in place of another', async () => {
    const [first, second] = [new TestSdk(), new TestSdk()];
    const breaker = new ConsecutiveBreaker(1);
    register(first);
    instrument('states', circuitBreaker(handleAll, { breaker, halfOpenAfter: 1000 }));
    const STATE = 'resilience.circuit_breaker.state';
    const closed = { 'resilience.policy.name': 'states', [STATE]: 'closed' };
    expect(await first.value(STATE, closed)).toBe(1);
    metrics.disable();
    register(second);
    expect(await second.value(STATE, closed)).toBe(1);
  });

  it('is found by the next call when another copy of the api has replaced it', async () => {
    const [first, second] = [new TestSdk(), new TestSdk()];
    const commonJs = createRequire(import.meta.url)('@opentelemetry/api') as typeof api;
    expect(commonJs.metrics).not.toBe(metrics);
    commonJs.metrics.setGlobalMeterProvider(first.provider);
    const policy = instrument('replaced by require', newPolicy());
    await policy.execute(() => {});
    await first.collect();
    commonJs.metrics.disable();
    commonJs.metrics.setGlobalMeterProvider(second.provider);
    await policy.execute(() => {});
    expect(await second.value(EXECUTIONS, succeeded('replaced by require'))).toBe(1);
  });

  it('gets each call once when it comes again', async () => {
    const [first, second] = [new TestSdk(), new TestSdk()];
    register(first);
    const policy = instrument('comes again', newPolicy());
    for (const sdk of [first, second, first]) {
      metrics.disable();
      register(sdk);
      await policy.execute(() => {});
      await sdk.collect();
    }
    expect(await first.value(EXECUTIONS, succeeded('comes again'))).toBe(2);
    expect(await second.value(EXECUTIONS, succeeded('comes again'))).toBe(1);
  });

  it('is registered as before: once, and its method answers as before', () => {
    instrument('answers', newPolicy());
    expect(register(new TestSdk())).toBe(true);
    expect(register(new TestSdk())).toBe(false);
  });

  it('may fail: only diag and the fault counter show it', async () => {
    const error = vi.fn();
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} });
    const fault = new Error('no meter');
    const broken: MeterProvider = {
      getMeter() {
        throw fault;
      },
    };
    expect(metrics.setGlobalMeterProvider(broken)).toBe(true);
    const policy = instrument('broken', newPolicy());
    await expect(policy.execute(() => 'fine')).resolves.toBe('fine');
    expect(error.mock.calls.flat()).toContain(fault);
  });
});

describe('without an sdk', () => {
  it('prints nothing and counts all the same', async () => {
    const printed = vi.spyOn(console, 'error');
    const policy = instrument('no sdk', newPolicy());
    await policy.execute(() => {});
    expect(snapshot().find(({ name }) => name === 'no sdk')?.executions.success).toBe(1);
    expect(printed).not.toHaveBeenCalled();
  });

  it('lists one name once, however many policies have it', () => {
    instrument('many', newPolicy());
    instrument('many', newPolicy());
    const listed = snapshot().filter(({ name }) => name === 'many');
    expect(listed).toHaveLength(1);
    expect(listed[0]?.policies).toBe(2);
  });

  it('keeps the first name of a policy, also of the noop that all share', async () => {
    expect(instrument('first', noop)).toBe(noop);
    expect(instrument('second', noop)).toBe(noop);
    expect(snapshot().map(({ name }) => name)).not.toContain('second');
  });
});
