/** Errors are known by their marker properties, as those of cockatiel are: also across copies. */

/** The answer has a status that is a failure, and it is the last one; thrown with `throwOnStatus`. */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError';
  readonly isHttpStatusError = true;
  readonly status: number;
  /** Its body is unread. Read it or cancel it, or its connection stays busy. */
  readonly response: Response;

  constructor(policyName: string, response: Response) {
    super(`${policyName} answered ${response.status} ${response.statusText}`.trimEnd());
    this.status = response.status;
    this.response = response;
  }
}

/** The circuit is open: nothing was sent. To cockatiel it is a BrokenCircuitError. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
  readonly isCircuitOpenError = true;
  readonly isBrokenCircuitError = true;
  /** Whose circuit it is, such as `servicenow`. */
  readonly policyName: string;
  /** When a call may try again; not known of a circuit that is held open by hand. */
  readonly closesAt: Date | undefined;

  constructor(policyName: string, closesAt: Date | undefined, cause: unknown) {
    const until = closesAt ? `until ${closesAt.toISOString()}` : 'until it is released';
    super(`the circuit of ${policyName} is open ${until}`, { cause });
    this.policyName = policyName;
    this.closesAt = closesAt;
  }
}

/** No answer in time, of an attempt or of the whole call. To cockatiel it is a TaskCancelledError. */
export class TimeoutError extends Error {
  /** That of what `AbortSignal.timeout` aborts with. */
  override readonly name = 'TimeoutError';
  readonly isTaskCancelledError = true;
  readonly policyName: string;

  constructor(policyName: string, cause: unknown) {
    super(`${policyName} did not answer in time`, { cause });
    this.policyName = policyName;
  }
}

/** A body that must be read into memory is larger than the option `maxBodyBytes`. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
  readonly isBodyTooLargeError = true;
  readonly policyName: string;
  readonly maxBytes: number;
  /** That of the response; none where the body is that of a request. */
  readonly status: number | undefined;

  constructor(
    policyName: string,
    whose: 'request' | 'response',
    maxBytes: number,
    status: number | undefined,
  ) {
    super(
      `Expected the body of a ${whose} of ${policyName} to have at most ${maxBytes} bytes ` +
        '(`options.maxBodyBytes`), got more',
    );
    this.policyName = policyName;
    this.maxBytes = maxBytes;
    this.status = status;
  }
}

/**
 * The token was refused, and there is no new one; `cause` says why. Also in the pause after a refresh
 * that failed, with the cause of that refresh.
 */
export class TokenRefreshError extends Error {
  override readonly name = 'TokenRefreshError';
  readonly isTokenRefreshError = true;
  readonly policyName: string;
  /** Who refused the token. */
  readonly origin: string;

  constructor(policyName: string, origin: string, cause: unknown, pauseSeconds?: number) {
    const next = pauseSeconds ? `; the next refresh is in ${Math.ceil(pauseSeconds)} s` : '';
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
