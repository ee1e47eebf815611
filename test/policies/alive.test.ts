import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { activeExecutions } from '../../src/metrics/active-executions.ts';
import { createPolicy } from '../../src/policies/index.ts';
import { deferred } from '../instrumentation/support.ts';

const timers = () => process.getActiveResourcesInfo().filter((item) => item === 'Timeout').length;

describe('timers that keep the process alive', () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  it.each([
    ['that has a signal', () => new AbortController().signal],
    [
      'that is followed',
      () => {
        ends.push(activeExecutions.watch());
        return undefined;
      },
    ],
  ])('is no call %s once it was answered, however late its function ends', async (_, signalOf) => {
    const policy = createPolicy('late', 'default', {
      timeout: { duration: 5 },
      retry: false,
      circuitBreaker: false,
    });
    const signal = signalOf();
    const before = timers();
    const work = deferred();
    const calls = Array.from({ length: 1000 }, () => policy.execute(() => work.promise, signal));
    for (const { status } of await Promise.allSettled(calls)) expect(status).toBe('rejected');
    work.resolve(undefined);
    await sleep(100);
    expect(timers()).toBeLessThanOrEqual(before);
    policy.dispose();
  });
});
