import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeadlineRun } from '../../src/shared/deadline-run.ts';

const never = () => new Promise<never>(() => {});
const createTimeoutError = (timeout: number) => new Error(`late after ${timeout} ms`);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const run = <T>(fn: (signal: AbortSignal) => T | PromiseLike<T>, timeout?: number) =>
  new DeadlineRun(fn, { timeout, createTimeoutError });

describe('a run with a deadline', () => {
  it('has the value of a function that returns or resolves in time', async () => {
    expect(await run(() => 1, 50).result).toEqual({ status: 'fulfilled', value: 1, ms: 0 });
    const slow = run(() => new Promise((resolve) => setTimeout(resolve, 20, 2)), 50);
    await vi.advanceTimersByTimeAsync(20);
    expect(await slow.result).toEqual({ status: 'fulfilled', value: 2, ms: 20 });
  });

  it('has the error of a function that throws or rejects, or of a thenable that throws', async () => {
    const error = new Error('no');
    const failing: (() => unknown)[] = [
      () => {
        throw error;
      },
      () => Promise.reject(error),
      () => ({
        get then() {
          throw error;
        },
      }),
    ];
    const results = await Promise.all(failing.map((fn) => run(fn, 50).result));
    expect(results).toEqual(failing.map(() => ({ status: 'rejected', error, ms: 0 })));
  });

  it('times out and aborts its signal, whatever the function does then', async () => {
    let aborted: AbortSignal | undefined;
    const hanging = run((signal) => {
      aborted = signal;
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve('too late')));
    }, 50);
    await vi.advanceTimersByTimeAsync(50);
    const error = new Error('late after 50 ms');
    expect(await hanging.result).toEqual({ status: 'timed_out', error, ms: 50 });
    expect(aborted?.reason).toEqual(error);
  });

  it('is cancelled with a reason, once', async () => {
    const signals: AbortSignal[] = [];
    const hanging = run((signal) => {
      signals.push(signal);
      return never();
    });
    hanging.cancel('first');
    hanging.cancel('second');
    expect(await hanging.result).toEqual({ status: 'cancelled', error: 'first', ms: 0 });
    expect(signals.map(({ reason }) => reason)).toEqual(['first']);
  });

  it('reports how long its function has been pending, also after the run has ended', async () => {
    let settle = () => {};
    const promise = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const hanging = run(() => promise, 50);
    await vi.advanceTimersByTimeAsync(80);
    expect(hanging.pendingMs).toBe(80);
    settle();
    await vi.advanceTimersByTimeAsync(0);
    expect(hanging.pendingMs).toBeUndefined();
  });
});
