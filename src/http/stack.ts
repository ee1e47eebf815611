import { createPolicy } from '../policies/create-policy.ts';
import { askedFor, planned } from '../policies/retry-backoff.ts';
import type { PolicyOverrides, ResilientPolicy } from '../policies/types.ts';
import { drainResponse } from './drain-response.ts';
import { isCounted, isFailure, isRetriedStatus } from './failures.ts';
import { currentHttpCall } from './http-call.ts';
import type { FetchSettings } from './options.ts';
import { retryAfterSeconds } from './retry-after.ts';

/** The policies of a resilient `fetch`. */
export function stackFor(name: string, settings: FetchSettings): ResilientPolicy<Response> {
  const { preset, overrides, maxRetryAfterSeconds } = settings;
  const handle = overrides.handle ?? ((error: unknown): boolean => isFailure(error, listed));

  /** How long a failed response asks to be left alone, as far as it is listened to. */
  const askedByServer = (failure: unknown): number | undefined => {
    const headers = responseOf(failure)?.headers;
    const seconds = headers && retryAfterSeconds(headers);
    // At once, or in the past, is no reason to wait less than otherwise.
    return seconds ? Math.min(seconds, maxRetryAfterSeconds) : undefined;
  };

  const own = overrides.retry || {};
  const mayRepeat = (failure: unknown): boolean => {
    const call = currentHttpCall();
    if (call === undefined) return false;
    const { retry } = policy.settings;
    call.waitSeconds =
      askedFor(own, failure, call.attempts) ??
      askedByServer(failure) ??
      (retry ? planned(retry, call.attempts) : 0);
    return call.mayRepeat(call.waitSeconds);
  };

  const handlesError = own.handle ?? handle;
  const handlesResult = own.handleResult ?? overrides.handleResult;
  const retry: PolicyOverrides['retry'] = {
    ...own,
    handle: (error) => handlesError(error) && isRetried(error) && mayRepeat(error),
    handleResult: (value) => (handlesResult?.(value) ?? false) && mayRepeat(value),
    // Settled when it was asked whether to try again: it is asked for once, and is what was judged.
    delay: () => currentHttpCall()?.waitSeconds,
  };
  const circuitBreaker: PolicyOverrides['circuitBreaker'] = {
    handle: overrides.handle ?? ((error) => isCounted(error, listed)),
    ...overrides.circuitBreaker,
  };
  const policy = createPolicy<Response>(name, preset, {
    ...overrides,
    handle,
    circuitBreaker: overrides.circuitBreaker === false ? false : circuitBreaker,
    retry: overrides.retry === false ? false : retry,
  });

  const listed = policy.settings.retry ? policy.settings.retry.statuses : undefined;
  const isRetried = (error: unknown): boolean => {
    const response = responseOf(error);
    return response === undefined || isRetriedStatus(response.status, listed);
  };
  // It will not be read any more; its connection must not be held through the wait.
  policy.retry?.onRetry((event) => {
    void drainResponse(responseOf('error' in event ? event.error : event.value));
  });
  return policy;
}

/** The response that has failed, or that an error is about: of any copy of undici. */
function responseOf(failure: unknown): Response | undefined {
  const { response } = (failure ?? {}) as { response?: unknown };
  return [failure, response].find(isResponse);
}

function isResponse(value: unknown): value is Response {
  const { status, headers } = (value ?? {}) as Partial<Response>;
  return typeof status === 'number' && typeof headers?.get === 'function';
}
