import * as v from 'valibot';
import { redact } from '../../shared/redact.ts';
import { CliError, EXIT_CODES } from '../cli-error.ts';
import { escapeControls } from '../output/escape.ts';
import { TOKEN_VARIABLE } from './address.ts';

/** RFC 9457, as the health routes use it. */
const Problem = v.looseObject({
  title: v.optional(v.string()),
  detail: v.optional(v.string()),
  known: v.optional(v.array(v.string())),
  /** Also of those that are not named. */
  known_total: v.optional(v.number()),
});

const SHOWN = 20;
const LONGEST = 500;

interface Refused {
  readonly status: number;
  readonly headers: Headers;
  readonly told: unknown;
  /** Whether what is there was asked for, or something to be done. */
  readonly method: string;
}

/** Why an answer is not what was asked for, and what to do. */
export function responseError(
  url: string,
  { status, headers, told, method }: Refused,
  hasToken: boolean,
): CliError {
  const { output } = v.safeParse(Problem, told);
  const problem = v.is(Problem, output) ? output : undefined;
  const said = problem?.detail ?? problem?.title;
  const because = said === undefined ? '' : `: ${short(said)}`;
  const noAnswer = (sentence: string) => new CliError(sentence, EXIT_CODES.noAnswer);

  if (problem?.known) return unknownName(said, problem.known, problem.known_total);
  if (status === 401) {
    return noAnswer(
      hasToken
        ? `${url} does not take the token in ${TOKEN_VARIABLE} (401)${because}`
        : `${url} asks for a token (401): set ${TOKEN_VARIABLE} to the one that its health routes have`,
    );
  }
  if (status === 403) return noAnswer(`${url} does not allow it (403)${because}`);
  if (status >= 300 && status < 400) {
    const target = headers.get('location') ?? 'nowhere';
    return noAnswer(`${url} sends elsewhere (${status}), to ${short(target)}: ask there by --url`);
  }
  if (status === 429) {
    const wait = headers.get('retry-after');
    const then = wait === null ? '' : `; it can be asked again in ${short(wait)} s`;
    return noAnswer(`${url} is asked too often (429)${because}${then}`);
  }
  // It is understood, and can't be done to what is there.
  if (said !== undefined && (status === 409 || (status === 404 && method === 'DELETE'))) {
    return new CliError(`Not done${because}`, EXIT_CODES.found);
  }
  if (status === 404) {
    return noAnswer(
      `${url} is not where the health routes of cockatiel-otel are (404): the path that they are ` +
        'mounted at belongs into --url',
    );
  }
  if (said !== undefined) return noAnswer(`${url} refuses (${status})${because}`);
  return noAnswer(
    status < 300
      ? unexpectedResponse(url, headers.get('content-type'))
      : `${url} answers ${status}`,
  );
}

/** Of an answer that can be read, and is not of the routes. */
export function unexpectedResponse(url: string, got: string | null): string {
  return (
    `Expected the health routes of cockatiel-otel at ${url}, ` +
    `got ${got === null ? 'something else' : short(got)}`
  );
}

function unknownName(
  said = 'There is none of this name.',
  known: readonly string[],
  total = known.length,
): CliError {
  const names = known.slice(0, SHOWN).map((name) => short(JSON.stringify(name)));
  const more = total > names.length ? ` and ${total - names.length} more` : '';
  const there =
    known.length === 0 ? 'There is none at all' : `There are ${names.join(', ')}${more}`;
  return new CliError(`${short(said)} ${there}`, EXIT_CODES.misuse);
}

function short(text: string): string {
  const shown = escapeControls(redact(text));
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
}
