import { isTaskCancelledError } from 'cockatiel';
import { POLICIES } from '../../src/presets/thresholds.ts';

/** What a caller gets: the service's answer, or the last good one while there is none. */
export interface Answer {
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

/** A call over HTTP, as any service makes it. */
export async function request(url: string, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(url, { signal });
  const text = await response.text();
  if (!response.ok) throw new HttpError(response.status, response.statusText);
  return { from: 'service', text };
}

/** A timeout of the stack ended the call: cockatiel's error, or `fetch`'s own where it is faster. */
export function isTimeout(error: unknown): boolean {
  return (
    isTaskCancelledError(error) || (error instanceof DOMException && error.name === 'AbortError')
  );
}

const RETRIED: readonly number[] = POLICIES.retry.http.statuses;

/** Documented: 5xx and 429, timeouts and connection errors count and are retried; nothing else. */
export function isTransient(error: unknown): boolean {
  if (error instanceof HttpError) return RETRIED.includes(error.status);
  // `fetch` throws a TypeError for everything that happens to a connection.
  return isTimeout(error) || error instanceof TypeError;
}

/** An error in a person's words. */
export function describe(error: unknown): string {
  if (isTimeout(error)) return 'no answer in time';
  if (error instanceof HttpError) return error.message;
  if (error instanceof TypeError) return 'connection reset';
  return error instanceof Error ? error.message : String(error);
}
