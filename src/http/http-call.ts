import { currentInvocation, type Invocation } from '../policies/members/call-context.ts';
import type { Moment } from '../policies/members/moment.ts';
import type { ResilientPolicy } from '../policies/members/types.ts';
import type { BodyLimit } from './body-buffer.ts';
import type { Fetcher, OutgoingRequest } from './outgoing-request.ts';
import type { TokenStore } from './token-store.ts';

/** What all calls of one `createFetch` share. */
export interface Client {
  readonly name: string;
  readonly policy: ResilientPolicy<Response>;
  readonly fetch: Fetcher;
  readonly bodyLimit: BodyLimit;
  readonly bufferRequests: boolean;
  readonly bufferResponses: boolean;
  /** Whether a fallback answers with copies of earlier responses. */
  readonly copiesResponses: boolean;
  readonly correlationHeader: string | false;
  readonly tokens: TokenStore | undefined;
  /** Whether a status is a failure of the dependency. */
  readonly isFailedStatus: (status: number) => boolean;
}

/** One call of a resilient `fetch`, with all its attempts. */
export class HttpCall implements Invocation {
  readonly client: Client;
  readonly request: OutgoingRequest;
  /** Aborts with the signal of the caller, with the same reason. */
  readonly signal: AbortSignal;
  readonly correlationId: string | undefined;
  readonly #start = performance.now();
  /** Attempts begun. */
  attempts = 0;
  /** Requests sent: attempts, repetitions with a new token, and redirects. */
  requests = 0;
  /** Whether the request has an `Authorization` of the caller that was not refused. */
  hasCallerAuthorization: boolean;
  /** Whether the last request had a token of the client. */
  hasClientToken = false;
  /** The version of the client's token when the last request was sent. */
  tokenVersion = 0;
  hasRefreshedToken = false;
  /** The delay before the next attempt in milliseconds, decided together with the retry. */
  retryDelay: number | undefined;
  /** Stops the last request from following the caller's signal. */
  unfollow: (() => void) | undefined;
  lastResponse: Response | undefined;
  attemptedAt: Moment | undefined;
  usedFallback = false;

  constructor(
    client: Client,
    request: OutgoingRequest,
    signal: AbortSignal,
    correlationId: string | undefined,
  ) {
    this.client = client;
    this.request = request;
    this.signal = signal;
    this.correlationId = correlationId;
    this.hasCallerAuthorization = request.headers.has('authorization');
  }

  get policy(): object {
    return this.client.policy;
  }

  get args(): readonly unknown[] {
    return this.request.args;
  }

  /** Two clients with one fallback have different targets, and so different keys. */
  get target(): object {
    return this.client;
  }

  variant(): string | undefined {
    return this.request.variant(this.client.correlationHeader);
  }

  /** Whether the request may be sent again after the delay, in milliseconds. */
  mayRetry(delay: number): boolean {
    const { request, signal, client } = this;
    if (!request.isIdempotent || !request.isRepeatable || signal.aborted) return false;
    const { overallTimeout } = client.policy.settings;
    if (!overallTimeout) return true;
    // The response at hand is worth more than a timeout after the delay.
    return performance.now() - this.#start + delay < overallTimeout.duration;
  }
}

/** The call that the filters of its policy run for. */
export function currentHttpCall(): HttpCall | undefined {
  const invocation = currentInvocation();
  return invocation instanceof HttpCall ? invocation : undefined;
}
