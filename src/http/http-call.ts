import { AsyncLocalStorage } from 'node:async_hooks';
import type { ResilientPolicy } from '../policies/types.ts';
import type { BodyLimit } from './body.ts';
import type { Fetcher, OutgoingRequest } from './request.ts';
import type { Sent } from './resend-count.ts';
import type { Tokens } from './tokens.ts';

/** What all calls of one `createFetch` share. */
export interface Client {
  readonly name: string;
  readonly fetch: Fetcher;
  readonly wholeBody: boolean;
  readonly bodyLimit: BodyLimit;
  /** A fallback may answer with a response that came earlier. */
  readonly keepsResponses: boolean;
  readonly correlationHeader: string | false;
  readonly bufferRequests: boolean;
  readonly tokens: Tokens | undefined;
  readonly policy: ResilientPolicy<Response>;
  /** Whether a status is a failure of the dependency. */
  readonly fails: (status: number) => boolean;
}

/** One call of a resilient `fetch`, with all of its attempts. */
export class HttpCall {
  readonly client: Client;
  readonly request: OutgoingRequest;
  /** Of this call alone; aborted when the caller's is, with its reason. */
  readonly signal: AbortSignal;
  readonly sent: Sent = { requests: 0 };
  readonly #start = performance.now();
  attempts = 0;
  correlationId: string | undefined;
  /** The caller has brought an `Authorization`, which was not refused yet. */
  authorized: boolean;
  /** Which of the client's tokens was sent, or would have been. */
  tokenVersion = 0;
  /** The client's token was sent. */
  hasOwnToken = false;
  refreshed = false;
  /** How long to wait before the next attempt. */
  waitSeconds: number | undefined;
  /** Takes from the signal what the last request has put there. */
  release: (() => void) | undefined;
  /** The last answer, whatever it was. */
  last: Response | undefined;

  constructor(client: Client, request: OutgoingRequest, signal: AbortSignal) {
    this.client = client;
    this.request = request;
    this.signal = signal;
    this.authorized = request.headers.has('authorization');
  }

  /** Whether the request may be sent once more, after so many seconds. */
  mayRepeat(seconds: number): boolean {
    const { request, signal, client } = this;
    if (!request.idempotent || !request.resendable || signal.aborted) return false;
    const { overallTimeout } = client.policy.settings;
    if (!overallTimeout) return true;
    // Rather an answer now than none after waiting for it.
    const passed = (performance.now() - this.#start) / 1000;
    return passed + seconds < overallTimeout.seconds;
  }
}

const calls = new AsyncLocalStorage<HttpCall>();

/** cockatiel gives the filters of a policy no more than an error, so they find the call here. */
export const currentHttpCall = (): HttpCall | undefined => calls.getStore();

export function runHttpCall<T>(call: HttpCall, run: () => T): T {
  return calls.run(call, run);
}
