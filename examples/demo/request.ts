import { isTaskCancelledError } from 'cockatiel';
import { POLICIES } from '../../src/presets/thresholds.ts';

/** The response of the service, or the last successful one from the fallback. */
export interface ServiceResult {
  readonly from: 'service' | 'fallback';
  readonly text: string;
}

export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, statusText: string) {
    super(`${status} ${statusText}`);
    this.status = status;
  }
}

/** Sends an HTTP request. */
export async function request(url: string, signal: AbortSignal): Promise<ServiceResult> {
  const response = await fetch(url, { signal });
  const text = await response.text();
  if (!response.ok) throw new HttpError(response.status, response.statusText);
  return { from: 'service', text };
}

/** Whether a timeout of the stack ended the call: by cockatiel's error, or by that of `fetch`. */
export function isTimeout(error: unknown): boolean {
  return (
    isTaskCancelledError(error) || (error instanceof DOMException && error.name === 'AbortError')
  );
}

const RETRIED_STATUSES: readonly number[] = POLICIES.retry.http.statuses;

/** Whether an error counts and is retried: 5xx and 429, timeouts and connection errors. */
export function isTransient(error: unknown): boolean {
  if (error instanceof HttpError) return RETRIED_STATUSES.includes(error.status);
  // `fetch` throws a TypeError for connection errors.
  return isTimeout(error) || error instanceof TypeError;
}

/** Describes an error for the log. */
export function describe(error: unknown): string {
  if (isTimeout(error)) return 'no response in time';
  if (error instanceof HttpError) return error.message;
  if (error instanceof TypeError) return 'connection reset';
  return error instanceof Error ? error.message : String(error);
}
