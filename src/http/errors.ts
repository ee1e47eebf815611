/**
 * Errors that calls of `createFetch` reject with. Like cockatiel's, they are recognized by marker
 * properties, which work across copies of this package.
 */

/**
 * The last response has a status of 400 or above; with the option `throwOnStatus`.
 *
 * @example
 * if (error instanceof HttpStatusError) console.log(error.status, await error.response.text());
 */
export class HttpStatusError extends Error {
  /** The name of the class. */
  override readonly name = 'HttpStatusError';
  /** Recognizes the error, also across copies of this package. */
  readonly isHttpStatusError = true;
  /** The status of the last response. */
  readonly status: number;
  /** The last response. Its body is unread. Read or cancel it, so that its connection can be reused. */
  readonly response: Response;

  constructor(policyName: string, response: Response) {
    super(`${policyName} answered ${response.status} ${response.statusText}`.trimEnd());
    this.status = response.status;
    this.response = response;
  }
}

/**
 * The circuit is open and nothing was sent. cockatiel treats it as a BrokenCircuitError.
 *
 * @example
 * if (error instanceof CircuitOpenError) console.log(error.policyName, error.retryAt);
 */
export class CircuitOpenError extends Error {
  /** The name of the class. */
  override readonly name = 'CircuitOpenError';
  /** Recognizes the error, also across copies of this package. */
  readonly isCircuitOpenError = true;
  /** Recognized by `isBrokenCircuitError` of cockatiel. */
  readonly isBrokenCircuitError = true;
  /** The name given to `createFetch`. */
  readonly policyName: string;
  /** When the circuit breaker allows a probe; `undefined` if it is isolated. */
  readonly retryAt: Date | undefined;

  constructor(policyName: string, retryAt: Date | undefined, cause: unknown) {
    const next = retryAt ? `next probe at ${retryAt.toISOString()}` : 'isolated until released';
    super(`the circuit of ${policyName} is open: ${next}`, { cause });
    this.policyName = policyName;
    this.retryAt = retryAt;
  }
}

/**
 * No response in time, for the last attempt or the whole call. cockatiel treats it as a
 * TaskCancelledError.
 *
 * @example
 * if (error instanceof TimeoutError) console.log(`${error.policyName} is slow`);
 */
export class TimeoutError extends Error {
  /** Like the DOMException that `AbortSignal.timeout` aborts with. */
  override readonly name = 'TimeoutError';
  /** Recognized by `isTaskCancelledError` of cockatiel. */
  readonly isTaskCancelledError = true;
  /** The name given to `createFetch`. */
  readonly policyName: string;

  constructor(policyName: string, cause: unknown) {
    super(`${policyName} did not answer in time`, { cause });
    this.policyName = policyName;
  }
}

/**
 * A body exceeds the option `maxBodyBytes`; with the options `bufferResponses` and `bufferRequests`.
 *
 * @example
 * if (error instanceof BodyTooLargeError) console.log(`more than ${error.maxBytes} bytes`);
 */
export class BodyTooLargeError extends Error {
  /** The name of the class. */
  override readonly name = 'BodyTooLargeError';
  /** Recognizes the error, also across copies of this package. */
  readonly isBodyTooLargeError = true;
  /** The name given to `createFetch`. */
  readonly policyName: string;
  /** The limit, in bytes. */
  readonly maxBytes: number;
  /** The status of the response; `undefined` for the body of a request. */
  readonly status: number | undefined;

  constructor(
    policyName: string,
    bodyOf: 'request' | 'response',
    maxBytes: number,
    status: number | undefined,
  ) {
    super(
      `Expected the body of a ${bodyOf} of ${policyName} to have at most ${maxBytes} bytes ` +
        '(`options.maxBodyBytes`), got more',
    );
    this.policyName = policyName;
    this.maxBytes = maxBytes;
    this.status = status;
  }
}

/**
 * The token was refused and the option `refreshToken` failed, in this call or in the pause after an
 * earlier one; `cause` is the error of the refresh.
 *
 * @example
 * if (error instanceof TokenRefreshError) console.log(error.origin, error.cause);
 */
export class TokenRefreshError extends Error {
  /** The name of the class. */
  override readonly name = 'TokenRefreshError';
  /** Recognizes the error, also across copies of this package. */
  readonly isTokenRefreshError = true;
  /** The name given to `createFetch`. */
  readonly policyName: string;
  /** The origin that refused the token, such as `https://api.example.com`. */
  readonly origin: string;

  constructor(policyName: string, origin: string, cause: unknown, pauseMs?: number) {
    const next = pauseMs ? `; next refresh in ${Math.ceil(pauseMs / 1000)} s` : '';
    super(`the token of ${policyName} for ${origin} could not be refreshed${next}`, { cause });
    this.policyName = policyName;
    this.origin = origin;
  }
}

type Marker =
  | 'isHttpStatusError'
  | 'isBodyTooLargeError'
  | 'isCircuitOpenError'
  | 'isBrokenCircuitError'
  | 'isTaskCancelledError'
  | 'isTokenRefreshError'
  | 'isExecutionAbortedError';

export function isMarked(error: unknown, marker: Marker): boolean {
  return typeof error === 'object' && error !== null && marker in error;
}
