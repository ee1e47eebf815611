import {
  type FallbackPolicy,
  fallback,
  handleWhen,
  type IDefaultPolicyContext,
  type IPolicy,
  noop,
  type RetryPolicy,
  retry,
  type TimeoutPolicy,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { FALLBACK_TYPE } from '../../semconv/attributes.ts';
import { readProperty } from '../../shared/validate.ts';
import { createBulkhead } from '../members/bulkhead.ts';
import {
  currentExecution,
  currentInvocation,
  type Execution,
  isCancelled,
} from '../members/call-context.ts';
import { type CreatedCircuitBreaker, createCircuitBreaker } from '../members/circuit-breaker.ts';
import { isCancelledResult } from '../members/interruptible-call.ts';
import { makeInterruptible } from '../members/retry.ts';
import { createBackoff } from '../members/retry-backoff.ts';
import { type RetryBudget, shareBudget } from '../members/retry-budget.ts';
import {
  isDependencyFailure,
  isRefusal,
  isRetryable,
  isTransientResult,
} from '../members/transient-errors.ts';
import type {
  ErrorFilter,
  FailureKind,
  FallbackCall,
  FallbackStrategy,
  PolicyMember,
  PolicySettings,
  ResultFilter,
  RetrySettings,
  TimeoutSettings,
} from '../members/types.ts';

interface PolicyIdentity {
  readonly name: string;
  readonly key: string | undefined;
}

type AnyMember = IPolicy<IDefaultPolicyContext, unknown>;

/** Creates a cockatiel policy for each member that the settings have, and wraps them. */
export function createStack<F>(settings: PolicySettings<F>, identity: PolicyIdentity) {
  const breaker = settings.circuitBreaker && createBreaker(settings, identity.key);
  const fallback = settings.fallback && createFallback(settings, settings.fallback, identity);
  const options = settings.retry && settings.retry.calls > 1 && settings.retry.budget;
  const [budget, releaseBudget] = options ? shareBudget(identity.name, options) : [];
  const members = {
    fallback: fallback ? fallback.policy : undefined,
    circuitBreaker: breaker ? breaker.policy : undefined,
    overallTimeout: settings.overallTimeout ? createTimeout(settings.overallTimeout) : undefined,
    retry: settings.retry ? createRetry(settings, settings.retry, budget) : undefined,
    bulkhead: settings.bulkhead ? createBulkhead(settings.bulkhead) : undefined,
    timeout: settings.timeout ? createTimeout(settings.timeout) : undefined,
  } satisfies Record<PolicyMember, AnyMember | undefined>;
  const present = settings.order
    .map((member): AnyMember | undefined => members[member])
    .filter((member) => member !== undefined);
  const stack: IPolicy = wrap(...(present.length > 0 ? present : [noop])) as IPolicy;
  return {
    stack,
    members,
    reset: () => {
      if (breaker) breaker.reset();
    },
    /** Must run when the stack is no longer used. */
    releaseBudget,
    /** Must run when a call of the stack begins. */
    begin: fallback ? fallback.begin : undefined,
  };
}

function createBreaker(
  settings: PolicySettings,
  key: string | undefined,
): CreatedCircuitBreaker | false {
  if (!settings.circuitBreaker) return false;
  const { handle, handleResult } = settings.circuitBreaker;
  return createCircuitBreaker(
    settings.circuitBreaker,
    handle ?? settings.handle ?? isDependencyFailure,
    handleResult ?? settings.handleResult ?? isTransientResult,
    key,
  );
}

function createRetry(
  settings: PolicySettings,
  own: RetrySettings,
  budget: RetryBudget | undefined,
): RetryPolicy {
  const { statuses, calls } = own;
  const handles = own.handle ?? settings.handle ?? ((error) => isRetryable(error, statuses));
  const handlesResult =
    own.handleResult ?? settings.handleResult ?? ((value) => isTransientResult(value, statuses));
  const filters = handleWhen((error) => !isCancelledResult(error) && handles(error)).orWhenResult(
    handlesResult,
  );
  const policy = retry(
    budget ? budget.wrap(filters) : filters,
    { maxAttempts: calls - 1, backoff: createBackoff(own) },
    // Returns a new policy. `makeInterruptible` keeps the process alive instead of cockatiel's timer.
  ).dangerouslyUnref();
  policy.execute = makeInterruptible(policy.execute.bind(policy) as never) as typeof policy.execute;
  return policy;
}

function createTimeout({ duration, strategy }: TimeoutSettings): TimeoutPolicy {
  return timeout(Math.round(duration), {
    strategy: strategy === 'aggressive' ? TimeoutStrategy.Aggressive : TimeoutStrategy.Cooperative,
    // An abort after the return would cut off a response whose body the caller still reads.
    abortOnReturn: false,
  });
}

interface CreatedFallback<F> {
  readonly policy: FallbackPolicy<F>;
  readonly begin: (() => void) | undefined;
}

/**
 * cockatiel passes the failure to the filters only, so the filters record it for the strategy in the
 * call's async context.
 */
function createFallback<F>(
  settings: PolicySettings,
  strategy: FallbackStrategy<F>,
  identity: PolicyIdentity,
): CreatedFallback<F> {
  const createCall = (failed?: FailureKind): FallbackCall => {
    const { args = [], signal } = currentExecution() ?? {};
    return { ...identity, policy, failed, args, signal };
  };
  const recordFailure = (failure: Execution['failure']): true => {
    const execution = currentExecution();
    if (execution) execution.failure = failure;
    return true;
  };
  // An unknown error is not handled: it may be a denial, which a fallback must not turn into a yes.
  const handlesByDefault = settings.handle ?? ((error: unknown) => isRetryable(error));
  const remembers = readProperty(strategy, 'remember') !== undefined;
  const handles =
    (readProperty(strategy, 'handle') as ErrorFilter | undefined) ??
    ((error) => isRefusal(error) || handlesByDefault(error));
  const handlesResult =
    (readProperty(strategy, 'handleResult') as ResultFilter | undefined) ??
    settings.handleResult ??
    isTransientResult;
  const policy = fallback(
    handleWhen(
      (error) => !isCancelled() && handles(error) && recordFailure({ error }),
    ).orWhenResult((value) => {
      if (handlesResult(value)) return recordFailure({ value });
      if (remembers) ignoreErrors(() => strategy.remember?.(value, createCall()));
      return false;
    }),
    () => {
      const failure = currentExecution()?.failure ?? { error: undefined };
      const value =
        'error' in failure
          ? strategy.answer(failure.error, createCall('error'))
          : strategy.answer(failure.value, createCall('result'));
      const invocation = currentInvocation();
      if (invocation) invocation.usedFallback = true;
      return value as F;
    },
  );
  Object.defineProperty(policy, FALLBACK_TYPE, { value: strategy.type });
  if (readProperty(strategy, 'begin') === undefined) return { policy, begin: undefined };
  return { policy, begin: () => ignoreErrors(() => strategy.begin?.(createCall())) };
}

/** A strategy that cannot remember a value must not fail the call. */
function ignoreErrors(work: () => void): void {
  try {
    work();
  } catch {
    // The fallback has an older value, or none.
  }
}
