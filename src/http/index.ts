/**
 * A `fetch` with resilience policies.
 *
 * @module
 */
export { copyResponse } from './body-buffer.ts';
export { createFetch, type ResilientFetch } from './create-fetch.ts';
export {
  BodyTooLargeError,
  CircuitOpenError,
  HttpStatusError,
  TimeoutError,
  TokenRefreshError,
} from './errors.ts';
export type { FetchOptions } from './options.ts';
export type { Body, Fetcher, FetchInit, FetchInput, RepeatableBody } from './outgoing-request.ts';
export { resendCountHook } from './resend-count.ts';
export type { Refresh, RefreshToken } from './token-store.ts';
