import { AsyncLocalStorage } from 'node:async_hooks';
import { type BulkheadPolicy, bulkhead, type IDefaultPolicyContext } from 'cockatiel';
import type { BulkheadSettings } from './types.ts';

type Fn = (context: IDefaultPolicyContext) => unknown;

/**
 * A bulkhead runs what has waited in the context of the call that made room; what is known of a call
 * must never be taken for what is known of another, least of all by a fallback that keeps values.
 *
 * So it is given a function that has the context with it. It hands that function to `execute` once
 * more when there is room, where it must be the one that was given, or it is counted as another call.
 */
export function createBulkhead({ limit, queue }: BulkheadSettings): BulkheadPolicy {
  const policy = bulkhead(limit, queue);
  if (queue === 0) return policy;
  const original = policy.execute;
  const given = new WeakMap<Fn, Fn>();
  let again: Fn | undefined;
  const self = new Proxy(policy, {
    get: (target, key) => (key === 'execute' ? enterAgain : Reflect.get(target, key, target)),
  });
  policy.execute = function execute<T>(fn: Fn, signal?: AbortSignal): Promise<T> {
    const waited = again && given.get(again) === fn ? again : undefined;
    return original.call(self, waited ?? inContext(fn), signal) as Promise<T>;
  };
  return policy;

  function inContext(fn: Fn): Fn {
    const snapshot = AsyncLocalStorage.snapshot();
    const bound: Fn = (context) => snapshot(fn, context);
    given.set(bound, fn);
    return bound;
  }

  function enterAgain(bound: Fn, signal?: AbortSignal): Promise<unknown> {
    again = bound;
    try {
      return policy.execute(given.get(bound) ?? bound, signal);
    } finally {
      again = undefined;
      if (signal?.aborted) passOn();
    }
  }

  /**
   * cockatiel 3.2 refuses what was called off while it waited, and lets nobody else in for it. Whoever
   * has the slot by now will do so when he ends; where nobody has, one who does nothing takes it.
   */
  function passOn(): void {
    if (policy.executionSlots > 0) void original.call(self, () => undefined);
  }
}
