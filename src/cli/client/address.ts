import { redact } from '../../shared/redact.ts';
import { CliError, EXIT_CODES } from './cli-error.ts';

export const URL_VARIABLE = 'COCKATIEL_OTEL_URL';
export const TOKEN_VARIABLE = 'COCKATIEL_OTEL_TOKEN';

/** Where `listen()` of `cockatiel-otel/health` listens by default. */
export const DEFAULT_URL = 'http://127.0.0.1:9465';

/**
 * The base address of the health routes, without a trailing slash.
 *
 * @param option the value of `--url`, which takes precedence over the environment
 * @throws CliError naming the option or variable that is wrong, never with its password
 */
export function resolveUrl(option: string | undefined, env: NodeJS.ProcessEnv): string {
  const [source, text] =
    option === undefined ? [URL_VARIABLE, env[URL_VARIABLE] || DEFAULT_URL] : ['--url', option];
  const createError = (expected: string, received: string) =>
    new CliError(`Expected ${source} to be ${expected}, got ${received}`, EXIT_CODES.misuse);

  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) {
    throw createError(`a URL such as ${DEFAULT_URL}`, JSON.stringify(redact(text)));
  }
  const url = new URL(text);
  if (url.username || url.password) {
    throw createError(
      `a URL without user and password (set the token in ${TOKEN_VARIABLE})`,
      'credentials',
    );
  }
  if (url.search || url.hash) {
    throw createError('a URL without ? and #', JSON.stringify(redact(text)));
  }
  return url.href.replace(/\/+$/, '');
}

/** @throws CliError if the token cannot be sent in a header; the message never repeats it */
export function resolveToken(env: NodeJS.ProcessEnv): string | undefined {
  const token = env[TOKEN_VARIABLE];
  if (!token) return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new CliError(
    `Expected ${TOKEN_VARIABLE} to be printable ASCII without spaces, got other characters, ` +
      'such as a line break at the end',
    EXIT_CODES.misuse,
  );
}

/**
 * A name as one segment of a path.
 *
 * @throws CliError if the name is empty
 */
export function toPathSegment(name: string): string {
  if (name === '') throw new CliError('Expected NAME to be a name, got ""', EXIT_CODES.misuse);
  // URL parsers resolve . and .. even as %2E; the routes also decode them with the % escaped.
  if (name === '.' || name === '..') return name.replaceAll('.', '%252E');
  return encodeURIComponent(name);
}
