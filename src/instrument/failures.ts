import type { Reason } from './announced.ts';
import type { CircuitBreaker, Fallback } from './policy.ts';

type Listener = (reason: Reason) => void;

/** What decides, inside a policy of cockatiel's, whether it takes a failure on itself. */
interface Executor {
  errorFilter: (error: unknown) => boolean;
  resultFilter: (result: unknown) => boolean;
  /** Those who listen at its filters. */
  [FILTERS]?: Filters;
}

const FILTERS = Symbol('filters');

/**
 * Tells of each failure that a policy takes on itself, in the turn in which it does.
 *
 * That is what `onFailure` is for, but a listener there makes cockatiel time every call, also those
 * that succeed: two readings of the clock, more than all else that is done to a call here. So this
 * listens where the policy decides, at its filters, where they are as in 3.2 and 4.0; and to the
 * event where they are not. Either way the user's filter runs as before, once, and may throw.
 */
export function onHandledFailure(
  policy: CircuitBreaker | Fallback,
  listener: Listener,
): { dispose(): void } {
  const executor = executorOf(policy);
  if (executor === undefined) {
    return policy.onFailure(({ handled, reason }) => {
      if (handled) listener(reason);
    });
  }
  executor[FILTERS] ??= new Filters(executor);
  const filters = executor[FILTERS];
  filters.listeners = [...filters.listeners, listener];
  return {
    dispose() {
      filters.listeners = filters.listeners.filter((each) => each !== listener);
      if (filters.listeners.length === 0) filters.restore();
    },
  };
}

/**
 * Filters that tell, in the place of a policy's own; one pair, however many listen, as what was
 * uninstrumented listens until its last call is answered.
 */
class Filters {
  listeners: readonly Listener[] = [];
  readonly #executor: Executor;
  readonly #own: Pick<Executor, 'errorFilter' | 'resultFilter'>;
  readonly #telling: Pick<Executor, 'errorFilter' | 'resultFilter'>;

  constructor(executor: Executor) {
    const { errorFilter, resultFilter } = executor;
    const filters = this;
    this.#executor = executor;
    this.#own = { errorFilter, resultFilter };
    this.#telling = {
      errorFilter(error) {
        const handled = errorFilter.call(this, error);
        if (handled) for (const listener of filters.listeners) listener({ error });
        return handled;
      },
      resultFilter(value) {
        const handled = resultFilter.call(this, value);
        if (handled) for (const listener of filters.listeners) listener({ value });
        return handled;
      },
    };
    Object.assign(executor, this.#telling);
  }

  /** Where somebody has put others in place of these, they stay, and tell nobody. */
  restore(): void {
    const { errorFilter, resultFilter } = this.#executor;
    if (errorFilter !== this.#telling.errorFilter) return;
    if (resultFilter !== this.#telling.resultFilter) return;
    Object.assign(this.#executor, this.#own);
    delete this.#executor[FILTERS];
  }
}

function executorOf(policy: CircuitBreaker | Fallback): Executor | undefined {
  const { executor } = policy as { executor?: Partial<Executor> };
  const known =
    typeof executor?.errorFilter === 'function' &&
    typeof executor.resultFilter === 'function' &&
    !Object.isFrozen(executor);
  return known ? (executor as Executor) : undefined;
}
