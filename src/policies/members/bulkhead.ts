import { AsyncLocalStorage } from 'node:async_hooks';
import { type BulkheadPolicy, bulkhead, type IDefaultPolicyContext } from 'cockatiel';
import type { BulkheadSettings } from './types.ts';

type Fn = (context: IDefaultPolicyContext) => unknown;

/**
 * Creates a bulkhead that runs each function in the async context of its caller. cockatiel runs a
 * queued function in the context of the call that freed the slot, so a fallback could store the value
 * of one call for another.
 *
 * cockatiel passes a queued function to `execute` again when there is a slot. It must be the original
 * function then: instrumentation would count any other function as a new call.
 */
export function createBulkhead({ limit, queue }: BulkheadSettings): BulkheadPolicy {
  const policy = bulkhead(limit, queue);
  if (queue === 0) return policy;
  const original = policy.execute;
  /** The original function of each bound function. */
  const originals = new WeakMap<Fn, Fn>();
  let dequeued: Fn | undefined;
  const self = new Proxy(policy, {
    get: (target, key) => (key === 'execute' ? executeDequeued : Reflect.get(target, key, target)),
  });
  policy.execute = function execute<T>(fn: Fn, signal?: AbortSignal): Promise<T> {
    const bound = dequeued && originals.get(dequeued) === fn ? dequeued : bindToContext(fn);
    return original.call(self, bound, signal) as Promise<T>;
  };
  return policy;

  function bindToContext(fn: Fn): Fn {
    const runInContext = AsyncLocalStorage.snapshot();
    const bound: Fn = (context) => runInContext(fn, context);
    originals.set(bound, fn);
    return bound;
  }

  function executeDequeued(bound: Fn, signal?: AbortSignal): Promise<unknown> {
    dequeued = bound;
    try {
      return policy.execute(originals.get(bound) ?? bound, signal);
    } finally {
      dequeued = undefined;
      if (signal?.aborted) runNextQueued();
    }
  }

  /**
   * cockatiel 3.2 rejects a queued call whose signal is aborted, but does not run the next queued call.
   * The end of any execution runs it; without one in progress, an empty execution does.
   */
  function runNextQueued(): void {
    if (policy.executionSlots > 0) void original.call(self, () => undefined);
  }
}
