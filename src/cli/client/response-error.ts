import * as v from 'valibot';
import { escapeControls } from '../../shared/escape-controls.ts';
import { redact } from '../../shared/redact.ts';
import { TOKEN_VARIABLE } from './address.ts';
import { CliError, EXIT_CODES } from './cli-error.ts';

/** Error body of the health routes (RFC 9457). */
const Problem = v.looseObject({
  title: v.optional(v.string()),
  detail: v.optional(v.string()),
  /** Names that exist, if the request named one that does not. */
  known: v.optional(v.array(v.string())),
  /** How many exist, if `known` is only a part of them. */
  known_total: v.optional(v.number()),
});

/** Most names in a message. */
const MAX_NAMES = 20;
/** Most characters of a text from the service. */
const MAX_LENGTH = 500;

interface ErrorResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
  readonly method: string;
}

/** Explains an error response, and what to do about it. */
export function toResponseError(
  url: string,
  { status, headers, json, method }: ErrorResponse,
  hasToken: boolean,
): CliError {
  const { output } = v.safeParse(Problem, json);
  const problem = v.is(Problem, output) ? output : undefined;
  const reason = problem?.detail ?? problem?.title;
  const suffix = reason === undefined ? '' : `: ${toLine(reason)}`;
  const noResponse = (message: string) => new CliError(message, EXIT_CODES.noResponse);

  if (problem?.known) return unknownName(reason, problem.known, problem.known_total);
  if (status === 401) {
    return noResponse(
      hasToken
        ? `${url} rejects the token in ${TOKEN_VARIABLE} (401)${suffix}`
        : `${url} requires a token (401): set ${TOKEN_VARIABLE} to the token of its health routes`,
    );
  }
  if (status === 403) return noResponse(`${url} forbids this request (403)${suffix}`);
  if (status >= 300 && status < 400) {
    const target = toLine(headers.get('location') ?? 'no address');
    return noResponse(`${url} redirects (${status}) to ${target}: set --url to the final address`);
  }
  if (status === 429) {
    const seconds = headers.get('retry-after');
    const advice = seconds === null ? '' : `; retry in ${toLine(seconds)} s`;
    return noResponse(`${url} received too many requests (429)${suffix}${advice}`);
  }
  const isNotPossible = status === 409 || (status === 404 && method === 'DELETE');
  if (reason !== undefined && isNotPossible) {
    return new CliError(`Not done${suffix}`, EXIT_CODES.problem);
  }
  if (status === 404) {
    return noResponse(
      `${url} has no health routes of cockatiel-otel (404): add the path where they are mounted ` +
        'to --url',
    );
  }
  if (reason === undefined && status < 300) {
    return noResponse(unexpectedResponse(url, headers.get('content-type')));
  }
  return noResponse(`${url} responds with ${status}${suffix}`);
}

/** The message for a successful response that is not from the health routes. */
export function unexpectedResponse(url: string, received: string | null): string {
  return (
    `Expected the health routes of cockatiel-otel at ${url}, ` +
    `got ${received === null ? 'a response without a content type' : toLine(received)}`
  );
}

function unknownName(
  reason = 'The name is unknown.',
  known: readonly string[],
  total = known.length,
): CliError {
  const names = known.slice(0, MAX_NAMES).map((name) => toLine(JSON.stringify(name)));
  const more = total > names.length ? ` and ${total - names.length} more` : '';
  const list = known.length === 0 ? 'There are none' : `Known names: ${names.join(', ')}${more}`;
  return new CliError(`${toLine(reason)} ${list}`, EXIT_CODES.misuse);
}

/** Text of the service, without secrets, as part of one printable line. */
function toLine(text: string): string {
  const line = escapeControls(redact(text));
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}
