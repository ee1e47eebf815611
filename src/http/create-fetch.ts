import { randomUUID } from 'node:crypto';
import { activeExecutions } from '../metrics/active-executions.ts';
import { BREAKER_METADATA, type BreakerMetadata } from '../metrics/breaker-control.ts';
import { activeTraceId } from '../otel/active-trace.ts';
import { invoke, runAttempt } from '../policies/members/call-context.ts';
import type { ResilientPolicy } from '../policies/members/types.ts';
import { followSignal, rejectOnAbort } from '../shared/abort-signals.ts';
import { attempt } from './attempt.ts';
import { drainResponse } from './drain-response.ts';
import { CircuitOpenError, HttpStatusError, isMarked, TimeoutError } from './errors.ts';
import { isFailedStatus } from './failures.ts';
import { type Client, HttpCall } from './http-call.ts';
import { createHttpPolicy } from './http-policy.ts';
import { type FetchOptions, resolveFetchSettings } from './options.ts';
import { type FetchInit, type FetchInput, OutgoingRequest } from './outgoing-request.ts';
import { TokenStore } from './token-store.ts';

/**
 * A `fetch` whose calls go through a policy. `R` includes `null` with the option `nullOn404`.
 *
 * @example
 * const fetch: ResilientFetch = createFetch('servicenow');
 * const isolation = fetch.policy.isolate();
 */
export interface ResilientFetch<R = Response> {
  (input: FetchInput, init?: FetchInit): Promise<R>;
  /** The policy of all calls: its circuit breaker can be read, reset and isolated. */
  readonly policy: ResilientPolicy<Response>;
}

const NOT_FOUND = 404;

/**
 * Creates a `fetch` that retries, times out, and stops calling a failing service through a circuit
 * breaker; its metrics have the given name.
 *
 * Like `fetch`, it resolves with a `Response` of any status and rejects with a TypeError if there is no
 * connection. It also rejects with TimeoutError, CircuitOpenError, TokenRefreshError,
 * BodyTooLargeError, HttpStatusError (option `throwOnStatus`), and cockatiel's BulkheadRejectedError.
 *
 * @param name of the called service, such as `servicenow`
 * @throws TypeError if an argument is invalid
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
  const { refreshToken, refreshTimeout, correlationHeader, throwOnStatus, nullOn404 } = settings;
  const policy = createHttpPolicy(name, settings);
  const retriedStatuses = policy.settings.retry ? policy.settings.retry.statuses : undefined;
  const client: Client = {
    name,
    policy,
    fetch: settings.fetch,
    bodyLimit: { policyName: name, maxBytes: settings.maxBodyBytes },
    bufferRequests: settings.bufferRequests,
    bufferResponses: settings.bufferResponses,
    copiesResponses: settings.copiesResponses,
    correlationHeader,
    tokens: refreshToken && new TokenStore(name, refreshToken, refreshTimeout),
    isFailedStatus: (status) => isFailedStatus(status, retriedStatuses),
  };

  async function resilientFetch(input: FetchInput, init?: FetchInit): Promise<Response | null> {
    const request = new OutgoingRequest(input, init);
    const correlationId = setCorrelationId(request.headers, correlationHeader);
    const [controller, release] = request.signal
      ? followSignal(request.signal)
      : [new AbortController(), () => {}];
    const call = new HttpCall(client, request, controller.signal, correlationId);
    let returned: Response | undefined;
    try {
      const response = await execute(call);
      if (nullOn404 && response.status === NOT_FOUND) return null;
      returned = response;
      if (throwOnStatus && response.status >= 400) throw new HttpStatusError(name, response);
      return response;
    } finally {
      // The caller gets another response, `null` or an error: nothing else reads the last one.
      if (call.lastResponse !== returned) void drainResponse(call.lastResponse);
      release(returned?.body);
    }
  }

  return Object.assign(resilientFetch, { policy });
}

/** Sets the header unless the caller has: to the active trace ID, or else to a new UUID. */
function setCorrelationId(headers: Headers, name: string | false): string | undefined {
  if (name === false) return undefined;
  const id = headers.get(name) ?? activeTraceId() ?? randomUUID();
  headers.set(name, id);
  return id;
}

async function execute(call: HttpCall): Promise<Response> {
  const { client, signal, correlationId } = call;
  signal.throwIfAborted();
  const runPolicy = () =>
    client.policy.execute(
      (context) => runAttempt(call, () => attempt(call, context.signal), { requestCounter: call }),
      signal,
    );
  const runCorrelated = () =>
    activeExecutions.isWatched
      ? activeExecutions.withCorrelationId(correlationId, runPolicy)
      : runPolicy();
  try {
    return await rejectOnAbort(signal, () => invoke(call, runCorrelated));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (call.lastResponse && isErrorOf(call.lastResponse, error)) return call.lastResponse;
    throw toCallerError(error, client);
  }
}

/** Turns the errors of the policies into errors that have the name of the policy. */
function toCallerError(error: unknown, { name, policy }: Client): unknown {
  if (isMarked(error, 'isCircuitOpenError') || isMarked(error, 'isExecutionAbortedError')) {
    return error;
  }
  if (isMarked(error, 'isBrokenCircuitError')) {
    return new CircuitOpenError(name, retryAtOf(policy), error);
  }
  // The caller did not abort, so an AbortError comes from a timeout.
  const isTimeout =
    isMarked(error, 'isTaskCancelledError') ||
    (error as { name?: unknown } | undefined)?.name === 'AbortError';
  return isTimeout && !(error instanceof TimeoutError) ? new TimeoutError(name, error) : error;
}

/** When the circuit breaker allows a probe; `undefined` if it is isolated. */
function retryAtOf({ circuitBreaker }: ResilientPolicy<Response>): Date | undefined {
  const { [BREAKER_METADATA]: metadata } = (circuitBreaker ?? {}) as {
    [BREAKER_METADATA]?: BreakerMetadata;
  };
  const probeAt = metadata?.nextProbeAt();
  return probeAt === undefined ? undefined : new Date(probeAt);
}

/** Whether the error is about this response, not one of another client that a fallback called. */
function isErrorOf(response: Response, error: unknown): boolean {
  return error instanceof HttpStatusError && error.response === response;
}
