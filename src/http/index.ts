/**
 * A `fetch` with documented policies.
 *
 * @module
 */
export { copyResponse } from './body.ts';
export { createFetch, type ResilientFetch } from './create-fetch.ts';
export {
  BodyTooLargeError,
  CircuitOpenError,
  HttpStatusError,
  TimeoutError,
  TokenRefreshError,
} from './errors.ts';
export type { FetchOptions } from './options.ts';
export type { Fetcher, FetchInit, RepeatableBody } from './request.ts';
export { resendCountHook } from './resend-count.ts';
export type { Refresh, RefreshToken } from './tokens.ts';
