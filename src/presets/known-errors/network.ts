import { rowsOf } from './types.ts';

const NODE = 'https://nodejs.org/api/errors.html#common-system-errors';
const NODE_CODES = 'https://nodejs.org/api/errors.html#nodejs-error-codes';

export const NETWORK_ERRORS = [
  ...rowsOf('Node.js', NODE, [
    {
      meaning: 'transient',
      what: 'no connection, or it broke',
      field: 'code',
      values: [
        'EADDRNOTAVAIL',
        'ECONNABORTED',
        'ECONNREFUSED',
        'ECONNRESET',
        'EHOSTDOWN',
        'EHOSTUNREACH',
        'ENETDOWN',
        'ENETRESET',
        'ENETUNREACH',
        'EPIPE',
        'ESOCKETTIMEDOUT',
        'ETIMEDOUT',
      ],
    },
    {
      meaning: 'transient',
      what: 'the name server does not answer, or does not know the name',
      field: 'code',
      values: ['EAI_AGAIN', 'ENOTFOUND', 'ESERVFAIL', 'ETIMEOUT'],
      source: 'https://nodejs.org/api/dns.html#error-codes',
    },
    {
      meaning: 'transient',
      what: 'no connection, or it broke',
      field: 'code',
      values: [
        'ERR_HTTP2_GOAWAY_SESSION',
        'ERR_HTTP2_SESSION_ERROR',
        'ERR_HTTP2_STREAM_ERROR',
        'ERR_SOCKET_CONNECTION_TIMEOUT',
        'ERR_STREAM_PREMATURE_CLOSE',
        'ERR_TLS_HANDSHAKE_TIMEOUT',
      ],
      source: NODE_CODES,
    },
    {
      meaning: 'transient',
      what: 'the answer is no HTTP',
      field: 'code',
      values: ['HPE_*'],
      source: NODE_CODES,
    },
    {
      meaning: 'transient',
      what: 'timed out, or aborted by a signal that is not the caller’s',
      field: 'name',
      values: ['AbortError', 'TimeoutError'],
      source: 'https://nodejs.org/api/globals.html#class-abortsignal',
    },
  ]),
  ...rowsOf('undici, fetch', 'https://undici.nodejs.org/#/docs/api/Errors', [
    {
      meaning: 'transient',
      what: 'no connection, it broke, or timed out',
      field: 'code',
      values: [
        'UND_ERR_BODY_TIMEOUT',
        'UND_ERR_CONNECT',
        'UND_ERR_CONNECT_TIMEOUT',
        'UND_ERR_HEADERS_TIMEOUT',
        'UND_ERR_SOCKET',
      ],
    },
    {
      meaning: 'caller',
      what: 'a wrong argument',
      field: 'code',
      values: ['UND_ERR_INVALID_ARG', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'],
    },
    {
      meaning: 'transient',
      what: 'the connection broke while the body was read',
      field: 'message',
      values: ['terminated'],
      source: '`lib/web/fetch/index.js` of `undici`',
    },
  ]),
  ...rowsOf('axios', 'https://axios-http.com/docs/handling_errors', [
    { meaning: 'transient', what: 'no connection', field: 'code', values: ['ERR_NETWORK'] },
    {
      meaning: 'transient',
      what: 'aborted by a signal that is not the caller’s',
      field: 'code',
      values: ['ERR_CANCELED'],
    },
  ]),
];

/** The last rows: a client may throw one of these names for a reason that a row above knows. */
export const PROGRAM_ERRORS = rowsOf('JavaScript', NODE_CODES, [
  {
    meaning: 'caller',
    what: 'a wrong argument, or a failed assertion',
    field: 'code',
    values: ['ERR_ASSERTION', 'ERR_INVALID_ARG_*', 'ERR_INVALID_CHAR', 'ERR_INVALID_URL'],
  },
  {
    meaning: 'caller',
    what: 'a mistake in the program; not `SyntaxError`, which is what a malformed answer becomes',
    field: 'programError',
    values: ['EvalError', 'RangeError', 'ReferenceError', 'TypeError', 'URIError'],
    source: 'https://tc39.es/ecma262/#sec-error-objects',
  },
]);
