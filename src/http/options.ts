import { assertName } from '../instrument-options.ts';
import type { PolicyOverrides } from '../policies/types.ts';
import type { PresetName } from '../presets/presets.ts';
import { POLICIES } from '../presets/thresholds.ts';
import { assertKeys, expected } from '../shared/validate.ts';
import { CORRELATION_HEADER } from './correlation.ts';
import type { Fetcher } from './request.ts';
import type { RefreshToken } from './tokens.ts';

export interface FetchOptions {
  /** @default 'http' */
  readonly preset?: PresetName;
  /** What the stack has in place of the preset's settings, as `createPolicy` takes them. */
  readonly overrides?: PolicyOverrides<Response>;
  /**
   * Gets a new token when an answer is 401, which is then asked for once more with `Authorization:
   * Bearer <token>`; later calls to that origin have it too, unless they bring an `Authorization`
   * of their own. Callers who need one at the same time share one call of it. After a refresh that
   * failed or did not help there is a pause, 1 s at first, doubled each time, at most 60 s.
   *
   * All callers share the token: it must not depend on the tenant or user of a call.
   */
  readonly refreshToken?: RefreshToken;
  /** How long `refreshToken` may take, in seconds. @default 5 */
  readonly refreshTimeoutSeconds?: number;
  /** The longest wait that a `Retry-After` may ask for, in seconds. @default 60 */
  readonly maxRetryAfterSeconds?: number;
  /** Rejects with an HttpStatusError where the last answer is 400 or beyond. @default false */
  readonly throwOnStatus?: boolean;
  /** Answers `null` in place of a 404. @default false */
  readonly nullOn404?: boolean;
  /** The header that has the correlation id; `false` sends none. @default 'X-Correlation-ID' */
  readonly correlationHeader?: string | false;
  /**
   * Whether an attempt ends with the body of the answer and not with its headers: timeout and retry
   * take in the body then, which is kept in memory. A larger one than `maxBodyBytes` is a
   * BodyTooLargeError.
   * @default false
   */
  readonly wholeBody?: boolean;
  /**
   * Whether the body of a `Request` is read into memory, so that it can be sent again. (It can't be
   * told from a stream.) A larger one than `maxBodyBytes` is a BodyTooLargeError.
   * @default false
   */
  readonly bufferRequests?: boolean;
  /**
   * The largest body that `wholeBody` and `bufferRequests` read into memory, in bytes, after
   * decompression.
   * @default 10_485_760, 10 MiB
   */
  readonly maxBodyBytes?: number;
  /** What sends. @default the global `fetch`, as it is when a call is made */
  readonly fetch?: Fetcher;
}

const KINDS = {
  preset: 'string',
  overrides: 'object',
  refreshToken: 'function',
  refreshTimeoutSeconds: 'seconds',
  maxRetryAfterSeconds: 'seconds',
  throwOnStatus: 'boolean',
  nullOn404: 'boolean',
  correlationHeader: 'header',
  wholeBody: 'boolean',
  bufferRequests: 'boolean',
  maxBodyBytes: 'bytes',
  fetch: 'function',
} as const satisfies Record<keyof FetchOptions, keyof typeof CHECKS>;

const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Beyond, Node's timers end at once. */
const LONGEST_SECONDS = 2_147_483;

const CHECKS = {
  string: ['a string', (value: unknown) => typeof value === 'string'],
  object: ['an object', (value: unknown) => typeof value === 'object' && value !== null],
  function: ['a function', (value: unknown) => typeof value === 'function'],
  boolean: ['a boolean', (value: unknown) => typeof value === 'boolean'],
  seconds: [
    `a number of seconds, above 0 and at most ${LONGEST_SECONDS}`,
    (value: unknown) => typeof value === 'number' && value > 0 && value <= LONGEST_SECONDS,
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

/** Types of fallbacks that answer with what came earlier. */
const KEEPING: readonly unknown[] = ['cached', 'stale'];

/** What of the options is no part of the policy. */
export type FetchSettings = ReturnType<typeof resolveFetchSettings>;

/** @throws TypeError naming the argument and what was expected */
export function resolveFetchSettings(name: string, options: FetchOptions) {
  assertName(name);
  assertKeys('options', options, Object.keys(KINDS));
  for (const [key, value] of Object.entries(options)) {
    const [kind, check] = CHECKS[KINDS[key as keyof FetchOptions]];
    if (value !== undefined && !check(value)) {
      throw expected(`\`options.${key}\` to be ${kind}`, value);
    }
  }
  const { fallback } = options.overrides ?? {};
  // Whatever it is, `createPolicy` says what is wrong with it.
  const keepsResponses = KEEPING.includes((fallback || undefined)?.type);
  if (keepsResponses && !options.wholeBody) {
    const what = '`options.wholeBody` to be true with a fallback that keeps responses';
    throw expected(what, options.wholeBody);
  }
  return {
    keepsResponses,
    preset: options.preset ?? 'http',
    overrides: options.overrides ?? {},
    refreshToken: options.refreshToken,
    refreshTimeoutSeconds: options.refreshTimeoutSeconds ?? POLICIES.timeout.auth.seconds,
    maxRetryAfterSeconds: options.maxRetryAfterSeconds ?? POLICIES.retry.reconnect.maxWaitSeconds,
    throwOnStatus: options.throwOnStatus ?? false,
    nullOn404: options.nullOn404 ?? false,
    correlationHeader: options.correlationHeader ?? CORRELATION_HEADER,
    wholeBody: options.wholeBody ?? false,
    bufferRequests: options.bufferRequests ?? false,
    maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  } as const;
}

function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~\w-]+$/.test(name);
}
