import { createPolicy } from '../policies/policy.ts';
import type { PolicyOverrides, ResilientPolicy } from '../policies/types.ts';
import { currentHttpCall } from './call.ts';
import { discard } from './discard.ts';
import { isFailure, isRetriedStatus } from './failures.ts';
import type { HttpSettings } from './options.ts';
import { retryAfterSeconds } from './retry-after.ts';

/** The policies of a resilient `fetch`. */
export function stackFor(name: string, settings: HttpSettings): ResilientPolicy<Response> {
  const { preset, overrides, maxRetryAfterSeconds } = settings;
  const handle = overrides.handle ?? isFailure;

  /** How long a failed response asks to be left alone, as far as it is listened to. */
  const askedFor = (failure: unknown): number | undefined => {
    const headers = responseOf(failure)?.headers;
    const seconds = headers && retryAfterSeconds(headers);
    // At once, or in the past, is no reason to wait less than otherwise.
    return seconds ? Math.min(seconds, maxRetryAfterSeconds) : undefined;
  };

  const mayRepeat = (failure: unknown): boolean =>
    currentHttpCall()?.mayRepeat(askedFor(failure) ?? 0) ?? false;

  const own = overrides.retry || {};
  const handlesError = own.handle ?? handle;
  const handlesResult = own.handleResult ?? overrides.handleResult;
  const retry: PolicyOverrides['retry'] = {
    ...own,
    handle: (error) => handlesError(error) && isRetried(error) && mayRepeat(error),
    handleResult: (value) => (handlesResult?.(value) ?? false) && mayRepeat(value),
    delay: (failure, attempt) => own.delay?.(failure, attempt) ?? askedFor(failure),
  };
  const policy = createPolicy<Response>(name, preset, {
    ...overrides,
    handle,
    retry: overrides.retry === false ? false : retry,
  });

  const listed = policy.settings.retry ? policy.settings.retry.statuses : undefined;
  const isRetried = (error: unknown): boolean => {
    const response = responseOf(error);
    return response === undefined || isRetriedStatus(response.status, listed);
  };
  // It will not be read any more; its connection must not be held through the wait.
  policy.retry?.onRetry((event) => {
    void discard(responseOf('error' in event ? event.error : event.value));
  });
  return policy;
}

/** The response that has failed, or that an error is about. */
function responseOf(failure: unknown): Response | undefined {
  if (failure instanceof Response) return failure;
  const { response } = (failure ?? {}) as { response?: unknown };
  return response instanceof Response ? response : undefined;
}
