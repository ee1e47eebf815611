import { URL_VARIABLE } from './address.ts';

const CHECK_URL = `check --url or ${URL_VARIABLE}`;

/** Descriptions of failed connections by the code of the innermost error, with advice. */
const DESCRIPTIONS: readonly (readonly [code: RegExp, problem: string, advice?: string])[] = [
  [/^ECONNREFUSED$/, 'no server listens at this address', CHECK_URL],
  [/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/, 'the host name cannot be resolved', CHECK_URL],
  [/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/, 'the host is not reachable'],
  [/^(ETIMEDOUT|UND_ERR_\w*TIMEOUT)$/, 'the host does not accept the connection'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'the server closed the connection'],
  [/^HPE_|^HTTPParserError$/, 'the response is not HTTP', 'try https'],
  [/^(EPROTO|ERR_SSL_\w+)$/, 'the TLS handshake failed', 'try http'],
  [
    /CERT|SIGNATURE|^ERR_TLS/,
    'the certificate is not trusted',
    'NODE_EXTRA_CA_CERTS can name a file of trusted certificates',
  ],
];

/** Describes a failed connection, with the error code for a web search. */
export function describeNetworkError(error: unknown): string {
  const code = innermostCode(error) ?? '';
  const [, problem, advice] = DESCRIPTIONS.find(([pattern]) => pattern.test(code)) ?? [];
  if (problem !== undefined) return `${problem} (${code})${advice ? `; ${advice}` : ''}`;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  // https://fetch.spec.whatwg.org/#port-blocking
  return message === 'bad port' ? 'fetch blocks this port, as browsers do' : message;
}

/**
 * `fetch` wraps the error of the connection, twice where a host has several addresses. HTTP parser
 * errors of Node 24 have a name but no code.
 */
function innermostCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  const { code, name } = error as NodeJS.ErrnoException;
  const ownCode = typeof code === 'string' ? code : undefined;
  return innermostCode(inner) ?? ownCode ?? (name === 'HTTPParserError' ? name : undefined);
}
