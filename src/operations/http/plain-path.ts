import { Problem } from '../responses/problem.ts';

/** A percent-encoded letter, digit, `-`, `.`, `_` or `~`: https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.2 */
const ENCODED_PLAIN = /%(?:2[de]|3\d|4[1-9a-f]|5[\daf]|6[1-9a-f]|7[\dae])/i;

/** Segments of visible ASCII, except empty ones, `.`, `..` and characters that URL parsers replace. */
const SEGMENTS = /^(?:\/(?!\.{1,2}(?:\/|$))[!"$-.0-[\]-~]+)+$/;

/**
 * Rejects a path that is not in normal form. A guard of a web framework on `policies` compares the path
 * as it was sent. If these routes later normalized `x/../policies`, `poli%63ies` or a trailing slash,
 * such a path would bypass the guard.
 *
 * @param target the request target, including the query
 * @throws Problem with the status 404
 */
export function assertPlainPath(target: string): void {
  const [path = ''] = target.split('?', 1);
  if (SEGMENTS.test(path) && !ENCODED_PLAIN.test(path)) return;
  throw new Problem(
    404,
    'There is no such route: expected a path without `.`, `..` or empty segments, a trailing slash, or percent-encoded letters and digits.',
  );
}
