import { redact } from '../../shared/redact.ts';
import { CliError, EXIT_CODES } from '../cli-error.ts';

export const URL_VARIABLE = 'COCKATIEL_OTEL_URL';
export const TOKEN_VARIABLE = 'COCKATIEL_OTEL_TOKEN';

/** Where the health routes listen, unless told otherwise. */
export const DEFAULT_URL = 'http://127.0.0.1:9465';

/**
 * Where the health routes are mounted, without a slash at its end.
 *
 * @param option what `--url` was given; the environment has the next word
 * @throws Ending that says which of the two is wrong; never with a password that stood in it
 */
export function addressFrom(option: string | undefined, env: NodeJS.ProcessEnv): string {
  const [source, text] =
    option === undefined ? [URL_VARIABLE, env[URL_VARIABLE] || DEFAULT_URL] : ['--url', option];
  const wrong = (what: string, got: string) =>
    new CliError(`Expected ${source} to be ${what}, got ${got}`, EXIT_CODES.misuse);

  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) {
    throw wrong(`an address such as ${DEFAULT_URL}`, JSON.stringify(redact(text)));
  }
  const url = new URL(text);
  if (url.username || url.password) {
    throw wrong(
      `an address without user and password (a token goes into ${TOKEN_VARIABLE})`,
      'one',
    );
  }
  if (url.search || url.hash) {
    throw wrong('an address without ? and #', JSON.stringify(redact(text)));
  }
  return url.href.replace(/\/+$/, '');
}

/** @throws Ending if it can't be sent; never with the token */
export function tokenFrom(env: NodeJS.ProcessEnv): string | undefined {
  const token = env[TOKEN_VARIABLE];
  if (!token) return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new CliError(
    `Expected ${TOKEN_VARIABLE} to be printable ASCII without spaces, got something else ` +
      '(a line break at its end, perhaps)',
    EXIT_CODES.misuse,
  );
}

/**
 * A name as a part of a path.
 *
 * @throws Ending if there is none
 */
export function segment(name: string): string {
  if (name === '') throw new CliError('Expected NAME to be a name, got ""', EXIT_CODES.misuse);
  // Steps through the path, even as %2E; the routes know them with the % escaped too.
  if (name === '.' || name === '..') return name.replaceAll('.', '%252E');
  return encodeURIComponent(name);
}
