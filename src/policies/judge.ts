/**
 * Which failures are the dependency's, and may pass: 5xx, 429, timeouts, connection errors.
 *
 * Judged by what an error carries and never by `instanceof`, as errors come from other copies of
 * cockatiel, from other realms, and from clients of every kind.
 */

/** Too many requests: of the 4xx the only one that the same call may be spared later. */
const TOO_MANY_REQUESTS = 429;

/** Of Node, of undici, and of what stands on them: nothing came back, or not in time. */
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_NETWORK',
  'ERR_STREAM_PREMATURE_CLOSE',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);
/** Of the parser of Node and undici: what came back, of a proxy or from a half-dead server, is no HTTP. */
const PARSER_CODES = 'HPE_';

/** How deep a chain of causes is followed: one that leads back to itself must end. */
const DEPTH = 5;

type Fields = Readonly<Record<string, unknown>>;

/** Whether a status is worth another call. */
export const isTransientStatus = (status: number): boolean =>
  status === TOO_MANY_REQUESTS || (status >= 500 && status <= 599);

/** The HTTP status that an error carries: its own, or that of its `response`. */
export function statusOf(error: unknown): number | undefined {
  const own = fieldsOf(error);
  const response = fieldsOf(own?.['response']);
  return [
    own?.['status'],
    own?.['statusCode'],
    response?.['status'],
    response?.['statusCode'],
  ].find((status) => typeof status === 'number');
}

/** The status of a value that is a response, such as that of `fetch`: it has `status` and `ok`. */
export function responseStatusOf(value: unknown): number | undefined {
  const { status, ok } = fieldsOf(value) ?? {};
  return typeof status === 'number' && typeof ok === 'boolean' ? status : undefined;
}

/** Whether nothing came back, or not in time. */
export function isConnectionError(error: unknown, depth = DEPTH): boolean {
  const fields = fieldsOf(error);
  if (fields === undefined || depth === 0) return false;
  const { code, name, cause, errors } = fields;
  if (isTimeout(error)) return true;
  // An abort that was not the caller's, which is asked for before, is that of a timeout.
  if (name === 'TimeoutError' || name === 'AbortError') return true;
  if (typeof code === 'string' && isConnectionCode(code)) return true;
  // `fetch` says what happened in the cause, Node's attempts at several addresses in a list.
  if (isConnectionError(cause, depth - 1)) return true;
  return Array.isArray(errors) && errors.some((each) => isConnectionError(each, depth - 1));
}

/**
 * The default of what policies act on. What this process itself refused, a full bulkhead or an open
 * circuit inside, says nothing of the dependency and would only be refused again.
 */
export function isTransient(error: unknown, statuses?: readonly number[]): boolean {
  if (isRefusal(error)) return false;
  const status = statusOf(error);
  if (status !== undefined) return matches(status, statuses);
  return isConnectionError(error);
}

export function isTransientResult(value: unknown, statuses?: readonly number[]): boolean {
  const status = responseStatusOf(value);
  return status !== undefined && matches(status, statuses);
}

/** What a timeout of cockatiel answers. */
export const isTimeout = (error: unknown): boolean =>
  fieldsOf(error)?.['isTaskCancelledError'] === true;

/** What a bulkhead or an open circuit answers. */
export function isRefusal(error: unknown): boolean {
  const fields = fieldsOf(error);
  return fields?.['isBulkheadRejectedError'] === true || fields?.['isBrokenCircuitError'] === true;
}

function isConnectionCode(code: string): boolean {
  return CONNECTION_CODES.has(code) || code.startsWith(PARSER_CODES);
}

function matches(status: number, statuses: readonly number[] | undefined): boolean {
  return statuses ? statuses.includes(status) : isTransientStatus(status);
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}
