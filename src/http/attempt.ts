import { rejectOnAbort } from '../shared/abort-signals.ts';
import { bufferResponse } from './body.ts';
import { drainResponse } from './drain-response.ts';
import { HttpStatusError } from './errors.ts';
import type { HttpCall } from './http-call.ts';
import { sendAs } from './resend-count.ts';

const UNAUTHORIZED = 401;

/**
 * Sends the request of a call once, or twice where the first one was told that its token is no good.
 *
 * @param signal that of the policies: aborted when the time of the attempt is over
 * @throws HttpStatusError for a status that is a failure, so that every policy, and every count,
 *   sees it as one; who called `fetch` gets the response itself
 */
export async function attempt(call: HttpCall, signal: AbortSignal): Promise<Response> {
  const { client } = call;
  call.attempts++;
  // In the time of the attempt, as that of any stream: what a body comes from may hang as well.
  if (client.bufferRequests)
    await rejectOnAbort(signal, () => call.request.buffer(client.bodyLimit));
  let response = await send(call, signal);
  if (response.status === UNAUTHORIZED) response = await withNewToken(call, response, signal);
  if (call.hasOwnToken) judgeToken(call, response);
  call.last = response;
  if (!client.fails(response.status)) return response;
  throw new HttpStatusError(client.name, response);
}

async function withNewToken(
  call: HttpCall,
  refused: Response,
  signal: AbortSignal,
): Promise<Response> {
  const { client, request } = call;
  const { tokens } = client;
  // Once for each call: a new token that is refused as well is an answer. And not for whom a
  // redirect has led to, who is never sent the token.
  if (tokens === undefined || call.refreshed || !isFrom(refused, request.origin)) return refused;
  call.refreshed = true;
  try {
    const isThere = await rejectOnAbort(signal, () =>
      // Where the caller's own was refused, that of the client may be good.
      tokens.hasNewerThan(request.origin, call.hasOwnToken ? call.tokenVersion : 0),
    );
    if (!isThere) return refused;
  } catch (error) {
    void drainResponse(refused);
    throw error;
  }
  // The token is there for the next call, though not for this one.
  if (!request.resendable) return refused;
  await rejectOnAbort(signal, () => drainResponse(refused));
  call.authorized = false;
  return send(call, signal);
}

/** What an answer says of the token that was sent; that of an old one only that it was good. */
function judgeToken({ client, request, refreshed, tokenVersion }: HttpCall, answer: Response) {
  if (answer.ok) client.tokens?.accepted(request.origin, tokenVersion);
  else if (answer.status === UNAUTHORIZED && refreshed) {
    client.tokens?.refused(request.origin, tokenVersion);
  }
}

async function send(call: HttpCall, signal: AbortSignal): Promise<Response> {
  signal.throwIfAborted();
  const { client, request } = call;
  if (client.tokens) {
    const { token, version } = client.tokens.current(request.origin);
    call.tokenVersion = version;
    call.hasOwnToken = token !== undefined && !call.authorized;
    if (call.hasOwnToken) request.headers.set('authorization', `Bearer ${token}`);
  }
  // The policies' signal ends with the attempt, the caller's with the body: of the answer before,
  // if there was one, nobody will read it any more.
  call.release?.();
  const wire = new AbortController();
  const end = () => wire.abort(signal.reason);
  const cancel = () => wire.abort(call.signal.reason);
  signal.addEventListener('abort', end, { once: true });
  call.signal.addEventListener('abort', cancel, { once: true });
  call.release = () => call.signal.removeEventListener('abort', cancel);
  try {
    const response = await sendAs(call.sent, () => request.send(client.fetch, wire.signal));
    if (client.wholeBody) await bufferResponse(response, client.bodyLimit, client.keepsResponses);
    if (signal.aborted) void drainResponse(response);
    signal.throwIfAborted();
    return response;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function isFrom(response: Response, origin: string): boolean {
  return !URL.canParse(response.url) || new URL(response.url).origin === origin;
}
