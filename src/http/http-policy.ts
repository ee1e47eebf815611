import { customDelay, strategyDelay } from '../policies/members/retry-backoff.ts';
import type { PolicyOverrides, ResilientPolicy } from '../policies/members/types.ts';
import { createPolicy } from '../policies/stack/create-policy.ts';
import { drainResponse } from './drain-response.ts';
import { isCircuitFailure, isRetriedStatus, isTransientFailure } from './failures.ts';
import { currentHttpCall } from './http-call.ts';
import type { FetchSettings } from './options.ts';
import { parseRetryAfter } from './retry-after.ts';

/**
 * Creates the policy of a resilient `fetch`: that of `createPolicy`, with filters that know responses
 * and requests, and delays that respect `Retry-After`.
 */
export function createHttpPolicy(name: string, settings: FetchSettings): ResilientPolicy<Response> {
  const { preset, overrides, maxRetryAfter } = settings;
  const retryOverrides = overrides.retry || {};
  const handle =
    overrides.handle ?? ((error: unknown): boolean => isTransientFailure(error, retriedStatuses));
  const handlesError = retryOverrides.handle ?? handle;
  const handlesResult = retryOverrides.handleResult ?? overrides.handleResult;

  /** The delay that a failed response asks for; 0 and dates in the past do not shorten the backoff. */
  const requestedDelay = (failure: unknown): number | undefined => {
    const headers = responseOf(failure)?.headers;
    const delay = headers && parseRetryAfter(headers);
    return delay ? Math.min(delay, maxRetryAfter) : undefined;
  };

  /**
   * Whether the server asks for a delay of at least the time that the circuit stays open. The call then
   * ends at once, and counts for the circuit, instead of waiting while other calls are sent.
   */
  const isTooLong = (delay: number | undefined): boolean => {
    const { circuitBreaker } = policy.settings;
    return Boolean(delay && circuitBreaker && delay >= circuitBreaker.halfOpenAfter);
  };

  /** Decides on the retry and on its delay together, as the delay may exceed the overall timeout. */
  const mayRetry = (failure: unknown): boolean => {
    const call = currentHttpCall();
    if (call === undefined) return false;
    const { retry } = policy.settings;
    const ownDelay = customDelay(retryOverrides, failure, call.attempts);
    const serverDelay = ownDelay === undefined ? requestedDelay(failure) : undefined;
    if (isTooLong(serverDelay)) return false;
    call.retryDelay = ownDelay ?? serverDelay ?? (retry ? strategyDelay(retry, call.attempts) : 0);
    return call.mayRetry(call.retryDelay);
  };

  const retry: PolicyOverrides['retry'] = {
    ...retryOverrides,
    handle: (error) => handlesError(error) && hasRetriedStatus(error) && mayRetry(error),
    handleResult: (value) => (handlesResult?.(value) ?? false) && mayRetry(value),
    delay: () => currentHttpCall()?.retryDelay,
  };
  const circuitBreaker: PolicyOverrides['circuitBreaker'] = {
    handle: overrides.handle ?? ((error): boolean => isCircuitFailure(error, retriedStatuses)),
    ...overrides.circuitBreaker,
  };
  const policy = createPolicy<Response>(name, preset, {
    ...overrides,
    handle,
    circuitBreaker: overrides.circuitBreaker === false ? false : circuitBreaker,
    retry: overrides.retry === false ? false : retry,
  });

  const retriedStatuses = policy.settings.retry ? policy.settings.retry.statuses : undefined;
  const hasRetriedStatus = (error: unknown): boolean => {
    const response = responseOf(error);
    return response === undefined || isRetriedStatus(response.status, retriedStatuses);
  };
  // A failed response must not occupy its connection during the backoff.
  policy.retry?.onRetry((event) => {
    void drainResponse(responseOf('error' in event ? event.error : event.value));
  });
  return policy;
}

/** The response that failed, or that an error has; of any copy of undici. */
function responseOf(failure: unknown): Response | undefined {
  const { response } = (failure ?? {}) as { response?: unknown };
  return [failure, response].find(isResponse);
}

function isResponse(value: unknown): value is Response {
  const { status, headers } = (value ?? {}) as Partial<Response>;
  return typeof status === 'number' && typeof headers?.get === 'function';
}
