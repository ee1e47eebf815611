/**
 * Error types that are exported even beyond the limit of types per policy. Otherwise arbitrary codes in
 * responses of a server could displace them.
 */
const KNOWN = new Set([
  // cockatiel
  'BrokenCircuitError',
  'IsolatedCircuitError',
  'HydratingCircuitError',
  'BulkheadRejectedError',
  'TaskCancelledError',
  // ECMAScript and the web
  'Error',
  'AggregateError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'AbortError',
  'TimeoutError',
  // Node: system, DNS, HTTP and TLS
  'EACCES',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'ENOENT',
  'ENOTCONN',
  'ENOTFOUND',
  'EPIPE',
  'EPROTO',
  'ESOCKETTIMEDOUT',
  'ETIMEDOUT',
  'ABORT_ERR',
  'ERR_CANCELED',
  'ERR_NETWORK',
  'ERR_BAD_REQUEST',
  'ERR_BAD_RESPONSE',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  // undici
  'UND_ERR_ABORTED',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** HTTP error statuses of servers and proxies. */
const STATUS = /^(?:4[0-2]\d|431|451|499|50\d|51[01]|52[0-7])$/;

/** Whether an error type is always exported by name. */
export function isKnownErrorType(type: string): boolean {
  return KNOWN.has(type) || STATUS.test(type);
}
