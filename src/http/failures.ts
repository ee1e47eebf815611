import { statusOf } from '../policies/members/error-fields.ts';
import {
  isConnectionError,
  isDependencyFailure,
  isTransientStatus,
} from '../policies/members/transient-errors.ts';
import { POLICIES } from '../presets/thresholds.ts';
import { isMarked } from './errors.ts';

/** The server timed out while it waited for the request; retried like any timeout. */
const REQUEST_TIMEOUT = 408;

/** @param statuses that the policy retries; by default those of the preset `http` */
export function isRetriedStatus(status: number, statuses?: readonly number[]): boolean {
  return status === REQUEST_TIMEOUT || (statuses ?? POLICIES.retry.http.statuses).includes(status);
}

/** Whether a status is a failure of the dependency: 408, 429, 5xx and all that are retried. */
export function isFailedStatus(status: number, statuses?: readonly number[]): boolean {
  return isTransientStatus(status) || isRetriedStatus(status, statuses);
}

/**
 * Whether an error is a transient failure of the dependency: a failed status, a connection error or a
 * timeout. A failed token refresh is a failure of the token issuer.
 */
export function isTransientFailure(error: unknown, statuses?: readonly number[]): boolean {
  if (isMarked(error, 'isTokenRefreshError')) return false;
  const hasStatus = isMarked(error, 'isHttpStatusError') || isMarked(error, 'isBodyTooLargeError');
  const status = hasStatus ? statusOf(error) : undefined;
  return status === undefined ? isConnectionError(error) : isFailedStatus(status, statuses);
}

/**
 * Whether the circuit breaker counts an error: transient failures, and unknown errors without a
 * response, such as an expired certificate, which are not retried.
 */
export function isCircuitFailure(error: unknown, statuses?: readonly number[]): boolean {
  if (isTransientFailure(error, statuses)) return true;
  const hasResponse = (
    ['isTokenRefreshError', 'isHttpStatusError', 'isBodyTooLargeError'] as const
  ).some((marker) => isMarked(error, marker));
  return !hasResponse && isDependencyFailure(error);
}
