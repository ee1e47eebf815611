import { URL_VARIABLE } from './address.ts';

const WHERE = `--url or ${URL_VARIABLE} says where the health routes are`;

/** What kept a request from being answered, by the code of the error underneath, and what to do. */
const SAID: readonly (readonly [code: RegExp, what: string, then?: string])[] = [
  [/^ECONNREFUSED$/, 'nothing listens there', WHERE],
  [/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/, 'that host is not known', WHERE],
  [/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/, 'no way leads to that host'],
  [/^(ETIMEDOUT|UND_ERR_\w*TIMEOUT)$/, 'that host does not take the connection'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'it closed the connection'],
  [/^HPE_|^HTTPParserError$/, 'what it sends is no HTTP', 'https, perhaps'],
  [/^(EPROTO|ERR_SSL_\w+)$/, 'it speaks no TLS that is understood', 'http, perhaps'],
  [
    /CERT|SIGNATURE|^ERR_TLS/,
    'its certificate is not trusted',
    'NODE_EXTRA_CA_CERTS names a file of those that are',
  ],
];

/** In words, and with the code that a search finds. */
export function describeNetworkError(error: unknown): string {
  const code = codeOf(error) ?? '';
  const [, what, then] = SAID.find(([pattern]) => pattern.test(code)) ?? [];
  if (what !== undefined) return `${what} (${code})${then === undefined ? '' : `; ${then}`}`;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  // https://fetch.spec.whatwg.org/#port-blocking
  return message === 'bad port' ? 'no browser asks at that port, and nor does this' : message;
}

/**
 * Of the innermost: `fetch` wraps it, and again where a host has several addresses. Node 24 gives
 * errors of its HTTP parser none, but a name.
 */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  const { code, name } = error as NodeJS.ErrnoException;
  const own = typeof code === 'string' ? code : undefined;
  return codeOf(inner) ?? own ?? (name === 'HTTPParserError' ? name : undefined);
}
