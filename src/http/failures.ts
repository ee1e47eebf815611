import { statusOf } from '../policies/error-fields.ts';
import {
  isConnectionError,
  isDependencyFailure,
  isTransientStatus,
} from '../policies/transient-errors.ts';
import { POLICIES } from '../presets/thresholds.ts';
import { isMarked } from './errors.ts';

/** The server has waited too long for the request: a timeout, and treated like one. */
const REQUEST_TIMEOUT = 408;

/** @param listed statuses that are retried; the documented ones, where there are none */
export function isRetriedStatus(status: number, listed?: readonly number[]): boolean {
  return status === REQUEST_TIMEOUT || (listed ?? POLICIES.retry.http.statuses).includes(status);
}

/** Whether a breaker counts it: what is retried, 429, and every 5xx. */
export function isFailedStatus(status: number, listed?: readonly number[]): boolean {
  return isTransientStatus(status) || isRetriedStatus(status, listed);
}

/**
 * Whether the dependency has failed: a status that is a failure, no answer, or none in time. That
 * there is no new token is the fault of who issues them, whatever has happened to him; and that of
 * another client, which sends for this one, may be about any status.
 */
export function isFailure(error: unknown, listed?: readonly number[]): boolean {
  if (isMarked(error, 'isTokenRefreshError')) return false;
  // The body of an answer says nothing of the dependency, its status does.
  const hasStatus = isMarked(error, 'isHttpStatusError') || isMarked(error, 'isBodyTooLargeError');
  const status = hasStatus ? statusOf(error) : undefined;
  return status === undefined ? isConnectionError(error) : isFailedStatus(status, listed);
}

/**
 * Whether the circuit breaker counts an error: what is a failure, and an unknown error without a
 * response, such as that of an expired certificate, which is not retried.
 */
export function isCounted(error: unknown, listed?: readonly number[]): boolean {
  if (isFailure(error, listed)) return true;
  const markers = ['isTokenRefreshError', 'isHttpStatusError', 'isBodyTooLargeError'] as const;
  return !markers.some((marker) => isMarked(error, marker)) && isDependencyFailure(error);
}
