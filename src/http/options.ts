import { assertName } from '../instrument-options.ts';
import type { PolicyOverrides } from '../policies/members/types.ts';
import type { PresetName } from '../presets/presets.ts';
import { POLICIES } from '../presets/thresholds.ts';
import { MAX_TIMER_MS } from '../shared/timers.ts';
import { assertKeys, expected } from '../shared/validate.ts';
import type { Fetcher } from './outgoing-request.ts';
import type { RefreshToken } from './token-store.ts';

/**
 * Options of `createFetch`.
 *
 * @example
 * const options: FetchOptions = { preset: 'enterprise', throwOnStatus: true };
 */
export interface FetchOptions {
  /**
   * The preset of the policy.
   * @default 'http'
   */
  readonly preset?: PresetName;
  /**
   * Settings that replace those of the preset, like the overrides of `createPolicy`.
   * @default none
   */
  readonly overrides?: PolicyOverrides<Response>;
  /**
   * Gets a new token after a 401. The request is sent again with `Authorization: Bearer <token>`, and
   * later calls to the origin have the token too, unless they have an `Authorization` of their own.
   *
   * Concurrent calls share one refresh. After a refresh that failed or did not help there is a pause
   * of 1 s, which doubles each time up to 60 s. All callers share the token, so it must not depend on
   * the tenant or user of a call.
   * @default none
   */
  readonly refreshToken?: RefreshToken;
  /**
   * Milliseconds until a call of `refreshToken` is aborted and has failed.
   * @default 5000
   */
  readonly refreshTimeout?: number;
  /**
   * The longest delay that a `Retry-After` may ask for, in milliseconds.
   * @default 60_000
   */
  readonly maxRetryAfter?: number;
  /**
   * Whether to reject with an HttpStatusError if the last response has a status of 400 or above.
   * @default false
   */
  readonly throwOnStatus?: boolean;
  /**
   * Whether to resolve with `null` instead of a 404.
   * @default false
   */
  readonly nullOn404?: boolean;
  /**
   * The header with the correlation ID of a call; `false` sends none.
   * @default 'X-Correlation-ID'
   */
  readonly correlationHeader?: string | false;
  /**
   * Whether an attempt includes the body of the response: timeout and retry cover the body, which is
   * read into memory. Otherwise an attempt ends with the headers.
   * @default false
   */
  readonly bufferResponses?: boolean;
  /**
   * Whether the body of a `Request` is read into memory, so that it can be sent again. A `Request`
   * does not show whether its body is a stream.
   * @default false
   */
  readonly bufferRequests?: boolean;
  /**
   * The largest body that `bufferResponses` and `bufferRequests` read, in bytes after decompression; a
   * larger one is a BodyTooLargeError.
   * @default 10_485_760, which is 10 MiB
   */
  readonly maxBodyBytes?: number;
  /**
   * Sends the requests.
   * @default the global `fetch` at the time of each call
   */
  readonly fetch?: Fetcher;
}

const KINDS = {
  preset: 'string',
  overrides: 'object',
  refreshToken: 'function',
  refreshTimeout: 'milliseconds',
  maxRetryAfter: 'milliseconds',
  throwOnStatus: 'boolean',
  nullOn404: 'boolean',
  correlationHeader: 'header',
  bufferResponses: 'boolean',
  bufferRequests: 'boolean',
  maxBodyBytes: 'bytes',
  fetch: 'function',
} as const satisfies Record<keyof FetchOptions, keyof typeof CHECKS>;

const CORRELATION_HEADER = 'X-Correlation-ID';
const MAX_BODY_BYTES = 10 * 1024 * 1024;

const CHECKS = {
  string: ['a string', (value: unknown) => typeof value === 'string'],
  object: ['an object', (value: unknown) => typeof value === 'object' && value !== null],
  function: ['a function', (value: unknown) => typeof value === 'function'],
  boolean: ['a boolean', (value: unknown) => typeof value === 'boolean'],
  milliseconds: [
    `milliseconds from 1 to ${MAX_TIMER_MS}`,
    (value: unknown) => typeof value === 'number' && value >= 1 && value <= MAX_TIMER_MS,
  ],
  bytes: [
    'a number of bytes, an integer of at least 1',
    (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1,
  ],
  header: [
    'the name of a header, or false',
    (value: unknown) => value === false || (typeof value === 'string' && isHeaderName(value)),
  ],
} as const;

/** Types of fallbacks that answer with copies of earlier responses. */
const COPYING_FALLBACKS: readonly unknown[] = ['cached', 'stale'];

export type FetchSettings = ReturnType<typeof resolveFetchSettings>;

/** @throws TypeError that names the argument and what was expected */
export function resolveFetchSettings(name: string, options: FetchOptions) {
  assertName(name);
  assertKeys('options', options, Object.keys(KINDS));
  for (const [key, value] of Object.entries(options)) {
    const [kind, isValid] = CHECKS[KINDS[key as keyof FetchOptions]];
    if (value !== undefined && !isValid(value)) {
      throw expected(`\`options.${key}\` to be ${kind}`, value);
    }
  }
  // `createPolicy` validates the overrides later, so the fallback may be anything here.
  const { fallback } = options.overrides ?? {};
  const copiesResponses = COPYING_FALLBACKS.includes((fallback || undefined)?.type);
  if (copiesResponses && !options.bufferResponses) {
    const expectation =
      '`options.bufferResponses` to be true with a fallback that stores responses';
    throw expected(expectation, options.bufferResponses);
  }
  return {
    copiesResponses,
    preset: options.preset ?? 'http',
    overrides: options.overrides ?? {},
    refreshToken: options.refreshToken,
    refreshTimeout: options.refreshTimeout ?? POLICIES.timeout.auth.seconds * 1000,
    maxRetryAfter: options.maxRetryAfter ?? POLICIES.retry.reconnect.maxWaitSeconds * 1000,
    throwOnStatus: options.throwOnStatus ?? false,
    nullOn404: options.nullOn404 ?? false,
    correlationHeader: options.correlationHeader ?? CORRELATION_HEADER,
    bufferResponses: options.bufferResponses ?? false,
    bufferRequests: options.bufferRequests ?? false,
    maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  } as const;
}

function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~\w-]+$/.test(name);
}
