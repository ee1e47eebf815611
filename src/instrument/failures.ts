import type { CircuitBreaker, Failure, Fallback, Listen } from './policy.ts';

/** What decides, inside a policy of cockatiel's, whether it takes a failure on itself. */
interface Executor {
  errorFilter: (error: unknown) => boolean;
  resultFilter: (result: unknown) => boolean;
}

/**
 * Tells of each failure that a policy takes on itself, in the turn in which it does.
 *
 * That is what `onFailure` is for, but a listener there makes cockatiel time every call, also those
 * that succeed: two readings of the clock, more than all else that is done to a call here. So this
 * listens where the policy decides, at its filters, where they are as in 3.2 and 4.0; and to the
 * event where they are not. Either way the user's filter runs as before, once, and may throw.
 */
export const onHandledFailure = (
  policy: CircuitBreaker | Fallback,
  listener: (reason: Failure['reason']) => void,
): ReturnType<Listen<Failure>> => {
  const executor = executorOf(policy);
  if (executor === undefined) {
    return policy.onFailure(({ handled, reason }) => {
      if (handled) listener(reason);
    });
  }
  const { errorFilter, resultFilter } = executor;
  const listening: Executor = {
    errorFilter(error) {
      const handled = errorFilter.call(this, error);
      if (handled) listener({ error });
      return handled;
    },
    resultFilter(value) {
      const handled = resultFilter.call(this, value);
      if (handled) listener({ value });
      return handled;
    },
  };
  Object.assign(executor, listening);
  return {
    dispose() {
      if (executor.errorFilter === listening.errorFilter) executor.errorFilter = errorFilter;
      if (executor.resultFilter === listening.resultFilter) executor.resultFilter = resultFilter;
    },
  };
};

function executorOf(policy: CircuitBreaker | Fallback): Executor | undefined {
  const { executor } = policy as { executor?: Partial<Executor> };
  const known =
    typeof executor?.errorFilter === 'function' &&
    typeof executor.resultFilter === 'function' &&
    !Object.isFrozen(executor);
  return known ? (executor as Executor) : undefined;
}
