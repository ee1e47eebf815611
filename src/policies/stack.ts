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
import { FALLBACK_TYPE } from '../semconv/attributes.ts';
import { readProperty } from '../shared/own-properties.ts';
import { createBulkhead } from './bulkhead.ts';
import {
  currentExecution,
  currentInvocation,
  type Execution,
  isCancelled,
} from './call-context.ts';
import { type CreatedCircuitBreaker, createCircuitBreaker } from './circuit-breaker.ts';
import { isCancelledResult } from './interruptible-call.ts';
import { makeInterruptible } from './retry.ts';
import { createBackoff } from './retry-backoff.ts';
import {
  isDependencyFailure,
  isRefusal,
  isRetryable,
  isTransientResult,
} from './transient-errors.ts';
import type {
  Failed,
  FallbackCall,
  FallbackStrategy,
  Handles,
  HandlesResult,
  Member,
  PolicySettings,
  RetrySettings,
  TimeoutSettings,
} from './types.ts';

/** Whose stack it is. */
interface Identity {
  readonly name: string;
  readonly key: string | undefined;
}

type AnyMember = IPolicy<IDefaultPolicyContext, unknown>;

/** cockatiel's policies, one for each member that the settings have, and their stack. */
export function stackOf<F>(settings: PolicySettings<F>, identity: Identity) {
  const breaker = settings.circuitBreaker ? ofBreaker(settings, identity.key) : undefined;
  const fallback = settings.fallback
    ? ofFallback(settings, settings.fallback, identity)
    : undefined;
  const members = {
    fallback: fallback?.policy,
    circuitBreaker: breaker?.policy,
    overallTimeout: settings.overallTimeout ? ofTimeout(settings.overallTimeout) : undefined,
    retry: settings.retry ? ofRetry(settings, settings.retry) : undefined,
    bulkhead: settings.bulkhead ? createBulkhead(settings.bulkhead) : undefined,
    timeout: settings.timeout ? ofTimeout(settings.timeout) : undefined,
  } satisfies Record<Member, AnyMember | undefined>;
  const present = settings.order
    .map((member): AnyMember | undefined => members[member])
    .filter((member) => member !== undefined);
  const stack: IPolicy = wrap(...(present.length > 0 ? present : [noop])) as IPolicy;
  return { stack, members, reset: () => breaker?.reset(), begin: fallback?.begin };
}

function ofBreaker(
  settings: PolicySettings,
  key: string | undefined,
): CreatedCircuitBreaker | undefined {
  if (!settings.circuitBreaker) return undefined;
  const { handle, handleResult } = settings.circuitBreaker;
  return createCircuitBreaker(
    settings.circuitBreaker,
    handle ?? settings.handle ?? isDependencyFailure,
    handleResult ?? settings.handleResult ?? isTransientResult,
    key,
  );
}

function ofRetry(settings: PolicySettings, own: RetrySettings): RetryPolicy {
  const { statuses, calls } = own;
  const handles = own.handle ?? settings.handle ?? ((error) => isRetryable(error, statuses));
  const handlesResult =
    own.handleResult ?? settings.handleResult ?? ((value) => isTransientResult(value, statuses));
  const policy = retry(
    // Where the caller has called it off, cockatiel gives up by itself, and says so.
    handleWhen((error) => !isCancelledResult(error) && handles(error)).orWhenResult(handlesResult),
    // cockatiel counts those after the first.
    { maxAttempts: calls - 1, backoff: createBackoff(own) },
    // A new policy, and so before anybody listens to it. `promptly` keeps the process alive instead.
  ).dangerouslyUnref();
  policy.execute = makeInterruptible(policy.execute.bind(policy) as never) as typeof policy.execute;
  return policy;
}

/**
 * `abortOnReturn` would abort the signal of an answer that has come: of a response whose body the
 * caller has yet to read.
 */
function ofTimeout({ seconds, aggressive }: TimeoutSettings): TimeoutPolicy {
  return timeout(Math.round(seconds * 1000), {
    strategy: aggressive ? TimeoutStrategy.Aggressive : TimeoutStrategy.Cooperative,
    abortOnReturn: false,
  });
}

interface Fallback<F> {
  readonly policy: FallbackPolicy<F>;
  /** Must run when a call of the stack begins. */
  readonly begin: (() => void) | undefined;
}

/** cockatiel tells neither filter nor factory more than the error, and the factory not even that. */
function ofFallback<F>(
  settings: PolicySettings,
  strategy: FallbackStrategy<F>,
  identity: Identity,
): Fallback<F> {
  const details = (failed?: Failed): FallbackCall => {
    const { args = [], signal } = currentExecution() ?? {};
    return { ...identity, policy, failed, args, signal };
  };
  const failed = (failure: Execution['failure']): true => {
    const execution = currentExecution();
    if (execution) execution.failure = failure;
    return true;
  };
  // Not an unknown error: it may be a refusal, which must not become a fallback's "yes".
  const byDefault = settings.handle ?? ((error: unknown) => isRetryable(error));
  const own = (name: string) => readProperty(strategy, name);
  const remembers = own('remember') !== undefined;
  const handles =
    (own('handle') as Handles | undefined) ?? ((error) => isRefusal(error) || byDefault(error));
  const handlesResult =
    (own('handleResult') as HandlesResult | undefined) ??
    settings.handleResult ??
    isTransientResult;
  const policy = fallback(
    handleWhen((error) => !isCancelled() && handles(error) && failed({ error })).orWhenResult(
      (value) => {
        if (handlesResult(value)) return failed({ value });
        if (remembers) harmless(() => strategy.remember?.(value, details()));
        return false;
      },
    ),
    () => {
      const failure = currentExecution()?.failure ?? { error: undefined };
      const answer =
        'error' in failure
          ? strategy.answer(failure.error, details('error'))
          : strategy.answer(failure.value, details('result'));
      const invocation = currentInvocation();
      if (invocation) invocation.usedFallback = true;
      return answer as F;
    },
  );
  Object.defineProperty(policy, FALLBACK_TYPE, { value: strategy.type });
  const begins = own('begin') !== undefined;
  return { policy, begin: begins ? () => harmless(() => strategy.begin?.(details())) : undefined };
}

/** A strategy that fails to keep a value must not fail the call. */
function harmless(work: () => void): void {
  try {
    work();
  } catch {
    // The next call has no older value to fall back on.
  }
}
