import { describe, expect, it } from 'vitest';
import { majors } from './support/cockatiel.ts';
import { TestSdk } from './support/metrics.ts';

describe.each(majors)('cockatiel $major', ({ cockatiel: { handleAll, retry } }) => {
  it('counts a call that was retried', async () => {
    const sdk = new TestSdk();
    const policy = sdk.instrument('service', retry(handleAll, { maxAttempts: 2 }));
    let calls = 0;
    await policy.execute(() => {
      if (++calls === 1) throw new Error('once');
    });
    expect(await sdk.value('resilience.retry.attempts', { 'resilience.retry.attempt': '1' })).toBe(
      1,
    );
  });
});
