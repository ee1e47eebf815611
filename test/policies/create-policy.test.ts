import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPolicy } from '../../src/policies/index.ts';

const unavailable = () => Promise.reject(Object.assign(new Error('unavailable'), { status: 503 }));

describe('a policy', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('makes the calls of its preset, and opens after five failed calls', async () => {
    const policy = createPolicy('service', 'enterprise');
    const fn = vi.fn(unavailable);
    for (let call = 1; call <= 5; call++) {
      const answer = policy.execute(fn).catch((error: unknown) => error);
      await vi.runAllTimersAsync();
      expect(await answer).toMatchObject({ status: 503 });
      expect(fn).toHaveBeenCalledTimes(3 * call);
    }
    await expect(policy.execute(fn)).rejects.toMatchObject({ isBrokenCircuitError: true });
    expect(fn).toHaveBeenCalledTimes(15);
    policy.dispose();
  });
});
