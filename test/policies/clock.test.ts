import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerOf } from '../instrumentation/support.ts';
import { policiesOver } from './support.ts';

const HOUR = 3_600_000;
const CLOSED = 0;
const OPEN = 1;
const down = () => Promise.reject(Object.assign(new Error('down'), { status: 503 }));
const up = () => 'up';
const refused = { error: { isBrokenCircuitError: true } };

describe.each([3, 4] as const)('over cockatiel %s, a wall clock that is set', (major) => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.doUnmock('cockatiel');
    vi.resetModules();
  });

  const opened = async (settings = {}) => {
    const { createPolicy } = await policiesOver(major);
    const policy = createPolicy('clock', 'default', {
      retry: false,
      timeout: false,
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfter: 60_000, ...settings },
    });
    await answerOf(policy.execute(down));
    expect(policy.circuitBreaker?.state).toBe(OPEN);
    return policy;
  };
  const control = async () => {
    const { policyMetrics: scopes } = await import('../../src/instrument.ts');
    return scopes().flatMap((scope) => scope.controls())[0];
  };

  it.each([
    ['back', -HOUR],
    ['forward', HOUR],
  ])('%s does not move the time of the next test', async (_, step) => {
    const policy = await opened();
    const nextProbeAt = async () => (await control())?.read().nextProbeAt;
    expect(await nextProbeAt()).toBe(Date.now() + 60_000);
    vi.setSystemTime(Date.now() + step);
    expect(await nextProbeAt()).toBe(Date.now() + 60_000);
    vi.advanceTimersByTime(59_999);
    expect(await nextProbeAt()).toBe(Date.now() + 1);
    expect(await answerOf(policy.execute(up))).toMatchObject(refused);
    vi.advanceTimersByTime(1);
    expect(await policy.execute(up)).toBe('up');
    expect(policy.circuitBreaker?.state).toBe(CLOSED);
    expect(await nextProbeAt()).toBeUndefined();
    policy.dispose();
  });

  it('does not change the exponential time until a probe', async () => {
    const policy = await opened({ exponential: true });
    for (const seconds of [60, 120, 240]) {
      vi.setSystemTime(Date.now() + HOUR);
      vi.advanceTimersByTime(seconds * 1000 - 1);
      expect(await answerOf(policy.execute(up))).toMatchObject(refused);
      vi.setSystemTime(Date.now() - 2 * HOUR);
      vi.advanceTimersByTime(1);
      expect(await answerOf(policy.execute(down))).toMatchObject({ error: { message: 'down' } });
      expect(policy.circuitBreaker?.state).toBe(OPEN);
    }
    policy.dispose();
  });

  it('does not delay the expiry of counts of kind sampling', async () => {
    for (const step of [0, -HOUR, HOUR]) {
      const { createPolicy } = await policiesOver(major);
      const policy = createPolicy('clock', 'default', {
        retry: false,
        timeout: false,
        circuitBreaker: {
          kind: 'sampling',
          threshold: 0.5,
          duration: 10_000,
          minimumRps: 1,
          halfOpenAfter: 1_000_000,
        },
      });
      const callFor = async (seconds: number, fn: () => unknown) => {
        for (let call = 0; call < seconds * 4; call++) {
          await answerOf(policy.execute(fn));
          vi.advanceTimersByTime(250);
        }
        return policy.circuitBreaker?.state;
      };
      expect(await callFor(10, up)).toBe(CLOSED);
      vi.setSystemTime(Date.now() + step);
      expect(await callFor(4, down)).toBe(CLOSED);
      expect(await callFor(6, down)).toBe(OPEN);
      policy.dispose();
    }
  });
});
