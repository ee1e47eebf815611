import { retry as bareRetry, handleAll, noop } from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { instrument, snapshot, uninstrument } from '../../src/instrument.ts';
import { activeExecutions } from '../../src/metrics/active-executions.ts';
import { createPolicy } from '../../src/policies/index.ts';

describe('the list of running executions', () => {
  let stop: () => void;
  beforeEach(() => {
    stop = activeExecutions.watch();
  });
  afterEach(() => stop());

  const never = ({ signal }: { signal: AbortSignal }) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });

  it('is known by name, age and attempt until it is answered', async () => {
    const policy = instrument('listed', bareRetry(handleAll, { maxAttempts: 1 }));
    let finish: (() => void) | undefined;
    const answer = policy.execute(({ attempt }) => {
      if (attempt === 0) throw new Error('down');
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    await expect.poll(() => finish).toBeDefined();
    const [execution, ...others] = activeExecutions.list();
    expect(others).toEqual([]);
    expect(execution).toMatchObject({ name: 'listed', attempt: 2, abort: undefined });
    expect(execution?.ageMs).toBeGreaterThanOrEqual(0);
    expect(execution?.ageMs).toBeLessThan(5000);
    finish?.();
    await answer;
    expect(activeExecutions.list()).toEqual([]);
    uninstrument(policy);
  });

  it.each([undefined, new AbortController().signal])(
    'can be called off where a documented policy made its signal (%s)',
    async (signal) => {
      const policy = createPolicy('stoppable');
      const counted = () => snapshot().find(({ name }) => name === 'stoppable')?.executions;
      const before = counted()?.failure ?? 0;
      let calls = 0;
      const answer = policy.execute((context) => {
        calls++;
        return never(context);
      }, signal);
      activeExecutions.list()[0]?.abort?.();
      await expect(answer).rejects.toThrow(
        expect.objectContaining({ name: 'AbortError', policyName: 'stoppable' }),
      );
      expect(calls).toBe(1);
      expect(policy.circuitBreaker?.toJSON()).toMatchObject({ breakerState: 0 });
      expect(counted()).toMatchObject({ failure: before + 1, cancelled: 0 });
      expect(activeExecutions.list()).toEqual([]);
      policy.dispose();
    },
  );

  it('settles at most three microtasks later than without a listener', async () => {
    const policy = createPolicy('prompt');
    const turns = async () => {
      let answered = false;
      let count = 0;
      void policy
        .execute(() => 1)
        .then(() => {
          answered = true;
        });
      for (; !answered; count++) await undefined;
      return count;
    };
    const watched = await turns();
    stop();
    expect(watched - (await turns())).toBeLessThanOrEqual(3);
    policy.dispose();
  });

  it('runs a lazy query once', async () => {
    const policy = createPolicy('lazy');
    let runs = 0;
    const query = {
      then(fulfil: (value: string) => void) {
        runs++;
        fulfil('row');
      },
    };
    expect(await policy.execute(() => query as PromiseLike<string>)).toBe('row');
    expect(runs).toBe(1);
    policy.dispose();
  });

  it('is answered at once when it is called off while it waits for a slot', async () => {
    const policy = createPolicy('queued', 'default', { bulkhead: { limit: 1, queue: 1 } });
    let free = () => {};
    const first = policy.execute(() => new Promise<void>((resolve) => (free = resolve)));
    let calls = 0;
    const second = policy.execute(() => calls++);
    activeExecutions.list()[1]?.abort?.();
    await expect(second).rejects.toThrow(expect.objectContaining({ policyName: 'queued' }));
    free();
    await first;
    expect(calls).toBe(0);
    const [counted] = snapshot().filter(({ name }) => name === 'queued');
    expect(counted?.executions).toMatchObject({ success: 1, rejected: 1, cancelled: 0 });
    policy.dispose();
  });

  it('has the correlation id of its options, or of its context', async () => {
    const policy = createPolicy('correlated');
    let found: string | undefined = 'found';
    const answers = [];
    stop();
    stop = activeExecutions.watch(() => found);
    answers.push(activeExecutions.withCorrelationId('given', () => policy.execute(never)));
    answers.push(policy.execute(never));
    found = undefined;
    answers.push(policy.execute(never));
    expect(activeExecutions.list().map(({ correlationId }) => correlationId)).toEqual([
      'given',
      'found',
      undefined,
    ]);
    for (const { abort } of activeExecutions.list()) abort?.();
    await Promise.allSettled(answers);
    policy.dispose();
  });

  it('does not pass its id to another execution', async () => {
    const gone = createPolicy('gone');
    gone.dispose();
    const policy = createPolicy('next');
    expect(
      await activeExecutions.withCorrelationId('of gone', () => gone.execute(() => 'answer')),
    ).toBe('answer');
    const answer = policy.execute(() =>
      activeExecutions.list().map((activeExecution) => activeExecution.correlationId),
    );
    expect(await answer).toEqual([undefined]);
    policy.dispose();
  });

  it('can not be called off by another policy, also one of its name', async () => {
    const gone = createPolicy('same');
    gone.dispose();
    vi.stubEnv('RESILIENCE_ENABLED', 'false');
    // A pass-through, which makes no signal.
    const policy = createPolicy('same');
    vi.unstubAllEnvs();
    let free = () => {};
    const answer = policy.execute(() => new Promise<void>((resolve) => (free = resolve)));
    const others = [gone.execute(never), gone.execute(() => 'fine')];
    const [execution, ...more] = activeExecutions.list();
    expect(more).toEqual([]);
    expect(execution?.abort).toBeUndefined();
    free();
    await answer;
    expect(await others[1]).toBe('fine');
    const within = policy.execute(() => {
      void gone.execute(() => 'fine');
      return activeExecutions.list().map(({ abort }) => abort);
    });
    expect(await within).toEqual([undefined]);
    policy.dispose();
  });

  it('is called off once', async () => {
    const policy = createPolicy('once');
    let free = () => {};
    const answer = policy.execute(() => new Promise<void>((resolve) => (free = resolve)));
    const [execution] = activeExecutions.list();
    expect(execution?.aborted).toBe(false);
    execution?.abort?.();
    execution?.abort?.();
    expect(execution?.aborted).toBe(true);
    expect(activeExecutions.list()).toEqual([execution]);
    // It has heard of it, and answers all the same.
    free();
    await answer;
    expect(activeExecutions.list()).toEqual([]);
    policy.dispose();
  });

  it('is as old as time has passed, however the clock is set', async () => {
    vi.useFakeTimers();
    const policy = instrument('aged', noop);
    let free = () => {};
    const answer = policy.execute(() => new Promise<void>((resolve) => (free = resolve)));
    await vi.advanceTimersByTimeAsync(1500);
    vi.setSystemTime(0);
    expect(activeExecutions.list()[0]?.ageMs).toBe(1500);
    vi.useRealTimers();
    free();
    await answer;
    uninstrument(policy);
  });

  it('is listed the oldest first, whoever ends when', async () => {
    const policy = instrument('ordered', noop);
    const ends: (() => void)[] = [];
    const begin = () => policy.execute(() => new Promise<void>((resolve) => ends.push(resolve)));
    const answers = [begin(), begin(), begin(), begin()];
    const [a, b, c, d] = activeExecutions.list().map(({ id }) => id);
    const left = () => activeExecutions.list().map(({ id }) => id);
    ends[1]?.();
    await answers[1];
    expect(left()).toEqual([a, c, d]);
    ends[3]?.();
    await answers[3];
    expect(left()).toEqual([a, c]);
    // What began before nobody looked any more is none of who looks next.
    stop();
    stop = activeExecutions.watch();
    answers.push(begin());
    ends[0]?.();
    await answers[0];
    expect(left()).toHaveLength(1);
    expect(left()).not.toContain(b);
    ends[4]?.();
    ends[2]?.();
    await Promise.all(answers);
    expect(left()).toEqual([]);
    uninstrument(policy);
  });

  it('is not recorded without a listener', async () => {
    stop();
    const policy = createPolicy('unwatched');
    const answer = policy.execute(() => activeExecutions.list().length);
    expect(await answer).toBe(0);
    policy.dispose();
  });
});
