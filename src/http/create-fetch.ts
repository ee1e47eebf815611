import { AsyncLocalStorage } from 'node:async_hooks';
import { activeExecutions } from '../metrics/active-executions.ts';
import { withArguments } from '../policies/call-context.ts';
import { attempt as beginAttempt, handOver } from '../policies/fallback/fallback-call.ts';
import type { ResilientPolicy } from '../policies/types.ts';
import { followSignal, rejectOnAbort } from '../shared/abort-signals.ts';
import { attempt } from './attempt.ts';
import { correlationId } from './correlation.ts';
import { drainResponse } from './drain-response.ts';
import { CircuitOpenError, HttpStatusError, isMarked, TimeoutError } from './errors.ts';
import { isFailedStatus } from './failures.ts';
import { type Client, HttpCall, runHttpCall } from './http-call.ts';
import { type FetchOptions, resolveFetchSettings } from './options.ts';
import { type FetchInit, type FetchInput, OutgoingRequest } from './request.ts';
import { retryAtOf } from './retry-at.ts';
import { stackFor } from './stack.ts';
import { Tokens } from './tokens.ts';

/** A `fetch`, and the policy that it goes through. */
export interface ResilientFetch<R = Response> {
  (input: FetchInput, init?: FetchInit): Promise<R>;
  readonly policy: ResilientPolicy<Response>;
}

const NOT_FOUND = 404;

/**
 * Makes a `fetch` that goes through documented policies: it is retried, timed out and cut off by a
 * circuit breaker, and measured under its name.
 *
 * It answers as `fetch` does, with a `Response` of any status, and rejects with what `fetch` does;
 * besides, with a TimeoutError, a CircuitOpenError, a TokenRefreshError, a BodyTooLargeError, and the
 * BulkheadRejectedError of cockatiel.
 *
 * @param name what it calls, such as `servicenow`
 * @throws TypeError if an argument is not what it must be
 * @example
 * const fetch = createFetch('servicenow');
 * const response = await fetch('https://example.service-now.com/api/now/table/incident');
 */
export function createFetch(
  name: string,
  options?: FetchOptions & { readonly nullOn404?: false },
): ResilientFetch;
export function createFetch(name: string, options?: FetchOptions): ResilientFetch<Response | null>;
export function createFetch(
  name: string,
  options: FetchOptions = {},
): ResilientFetch<Response | null> {
  const settings = resolveFetchSettings(name, options);
  const { refreshToken, refreshTimeoutSeconds, correlationHeader, throwOnStatus } = settings;
  const policy = stackFor(name, settings);
  const listed = policy.settings.retry ? policy.settings.retry.statuses : undefined;
  const client: Client = {
    name,
    fetch: settings.fetch,
    wholeBody: settings.wholeBody,
    bodyLimit: { policyName: name, maxBytes: settings.maxBodyBytes },
    keepsResponses: settings.keepsResponses,
    correlationHeader,
    bufferRequests: settings.bufferRequests,
    tokens: refreshToken && new Tokens(name, refreshToken, refreshTimeoutSeconds),
    policy,
    fails: (status) => isFailedStatus(status, listed),
  };

  async function resilientFetch(input: FetchInput, init?: FetchInit): Promise<Response | null> {
    const request = new OutgoingRequest(input, init);
    if (correlationHeader !== false && !request.headers.has(correlationHeader)) {
      request.headers.set(correlationHeader, correlationId());
    }
    const [controller, release] = request.signal
      ? followSignal(request.signal)
      : [new AbortController(), () => {}];
    const call = new HttpCall(client, request, controller.signal);
    if (correlationHeader !== false) {
      call.correlationId = request.headers.get(correlationHeader) ?? undefined;
    }
    let kept: Response | undefined;
    try {
      const response = await answerOf(call);
      if (settings.nullOn404 && response.status === NOT_FOUND) return null;
      kept = response;
      if (throwOnStatus && response.status >= 400) throw new HttpStatusError(name, response);
      return response;
    } finally {
      // A fallback has answered in its place, or nobody wants it.
      if (call.last !== kept) void drainResponse(call.last);
      release(kept?.body);
    }
  }

  return Object.assign(resilientFetch, { policy });
}

async function answerOf(call: HttpCall): Promise<Response> {
  const { client, signal } = call;
  signal.throwIfAborted();
  // A bulkhead runs what has waited in the context of the call that made room: in the wrong trace.
  const inContext = AsyncLocalStorage.snapshot();
  const handed = {
    target: client,
    variant: () => call.request.variant(client.correlationHeader),
    fellBack: false,
  };
  const execute = () =>
    client.policy.execute(
      (context) => inContext(() => beginAttempt(handed, () => attempt(call, context.signal))),
      signal,
    );
  const correlated = () =>
    activeExecutions.watched ? activeExecutions.correlated(call.correlationId, execute) : execute();
  try {
    return await rejectOnAbort(signal, () =>
      withArguments(call.request.args, () => handOver(handed, () => runHttpCall(call, correlated))),
    );
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (call.last && isAbout(error, call.last)) return call.last;
    throw explained(error, client);
  }
}

/** What the policies reject with, as an error that says whose it is. */
function explained(error: unknown, { name, policy }: Client): unknown {
  if (isMarked(error, 'isCircuitOpenError') || isMarked(error, 'isExecutionAbortedError')) {
    return error;
  }
  if (isMarked(error, 'isBrokenCircuitError')) {
    return new CircuitOpenError(name, retryAtOf(policy), error);
  }
  // The caller has not called it off, so it was a timeout, whoever noticed first.
  const timedOut = isMarked(error, 'isTaskCancelledError') || nameOf(error) === 'AbortError';
  return timedOut && !(error instanceof TimeoutError) ? new TimeoutError(name, error) : error;
}

/** Not that of another client's, which a fallback has asked. */
function isAbout(error: unknown, response: Response): boolean {
  return error instanceof HttpStatusError && error.response === response;
}

const nameOf = (error: unknown): unknown => (error as { name?: unknown } | undefined)?.name;
