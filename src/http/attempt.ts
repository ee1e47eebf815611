import { rejectOnAbort } from '../shared/abort-signals.ts';
import { bufferResponse } from './body-buffer.ts';
import { drainResponse } from './drain-response.ts';
import { HttpStatusError } from './errors.ts';
import type { HttpCall } from './http-call.ts';

const UNAUTHORIZED = 401;

/**
 * Sends the request of a call; if the response is 401, sends it again with a new token.
 *
 * @param signal of the policies: aborts when the attempt times out
 * @throws HttpStatusError if the status is a failure, so that all policies and metrics count it;
 *   `createFetch` turns it into the response again
 */
export async function attempt(call: HttpCall, signal: AbortSignal): Promise<Response> {
  const { client } = call;
  call.attempts++;
  // Within the time of the attempt, as the source of the body may hang.
  if (client.bufferRequests) {
    await rejectOnAbort(signal, () => call.request.buffer(client.bodyLimit));
  }
  let response = await send(call, signal);
  if (response.status === UNAUTHORIZED) response = await sendWithNewToken(call, response, signal);
  if (call.hasClientToken) recordTokenUse(call, response);
  call.lastResponse = response;
  if (client.isFailedStatus(response.status)) throw new HttpStatusError(client.name, response);
  return response;
}

async function sendWithNewToken(
  call: HttpCall,
  unauthorized: Response,
  signal: AbortSignal,
): Promise<Response> {
  const { client, request, hasRefreshedToken } = call;
  const { tokens } = client;
  // Once per call. The target of a redirect to another origin gets no token.
  if (!tokens || hasRefreshedToken || !isFromOrigin(unauthorized, request.origin)) {
    return unauthorized;
  }
  call.hasRefreshedToken = true;
  try {
    const hasNewToken = await rejectOnAbort(signal, () =>
      // If the caller's own `Authorization` was refused, any token of the client is new.
      tokens.hasNewerThan(request.origin, call.hasClientToken ? call.tokenVersion : 0),
    );
    if (!hasNewToken) return unauthorized;
  } catch (error) {
    void drainResponse(unauthorized);
    throw error;
  }
  // A stream cannot be sent again, but the next call has the new token.
  if (!request.isRepeatable) return unauthorized;
  await rejectOnAbort(signal, () => drainResponse(unauthorized));
  call.hasCallerAuthorization = false;
  return send(call, signal);
}

/** Records whether the token was accepted; a refusal counts only right after a refresh. */
function recordTokenUse(call: HttpCall, response: Response): void {
  const { client, request, hasRefreshedToken, tokenVersion } = call;
  if (response.ok) client.tokens?.accepted(request.origin, tokenVersion);
  else if (response.status === UNAUTHORIZED && hasRefreshedToken) {
    client.tokens?.refused(request.origin, tokenVersion);
  }
}

async function send(call: HttpCall, signal: AbortSignal): Promise<Response> {
  signal.throwIfAborted();
  const { client, request } = call;
  if (client.tokens) {
    const { token, version } = client.tokens.current(request.origin);
    call.tokenVersion = version;
    call.hasClientToken = token !== undefined && !call.hasCallerAuthorization;
    if (call.hasClientToken) request.headers.set('authorization', `Bearer ${token}`);
  }
  // A request follows the policies' signal until its response is there, and the caller's signal until
  // its body is read. The body of the previous response is not read any more.
  call.unfollow?.();
  const controller = new AbortController();
  const abortForPolicies = () => controller.abort(signal.reason);
  const abortForCaller = () => controller.abort(call.signal.reason);
  signal.addEventListener('abort', abortForPolicies, { once: true });
  call.signal.addEventListener('abort', abortForCaller, { once: true });
  call.unfollow = () => call.signal.removeEventListener('abort', abortForCaller);
  try {
    const response = await request.send(client.fetch, controller.signal);
    if (client.bufferResponses) {
      await bufferResponse(response, client.bodyLimit, client.copiesResponses);
    }
    if (signal.aborted) void drainResponse(response);
    signal.throwIfAborted();
    return response;
  } finally {
    signal.removeEventListener('abort', abortForPolicies);
  }
}

function isFromOrigin(response: Response, origin: string): boolean {
  return !URL.canParse(response.url) || new URL(response.url).origin === origin;
}
