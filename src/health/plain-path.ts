import { Problem } from './problem.ts';

/** An encoded letter, digit, `-`, `.`, `_` or `~`: https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.2 */
const ENCODED_PLAIN = /%(?:2[de]|3\d|4[1-9a-f]|5[\daf]|6[1-9a-f]|7[\dae])/i;

/** Segments that are neither empty nor `.` or `..`, of visible ASCII without what URL parsers replace. */
const SEGMENTS = /^(?:\/(?!\.{1,2}(?:\/|$))[!"$-.0-[\]-~]+)+$/;

/**
 * Refuses a path that has a second, plainer spelling. The guards of a web framework compare the path
 * as it was sent; if these routes resolved `x/../policies`, `poli%63ies` or a slash at the end
 * later, such a path would pass a guard on `policies`.
 *
 * @param target of the request line, with its query
 * @throws Problem
 */
export function assertPlainPath(target: string): void {
  const [path = ''] = target.split('?', 1);
  if (SEGMENTS.test(path) && !ENCODED_PLAIN.test(path)) return;
  throw new Problem(
    404,
    'There is no such route: the path must be spelled plainly, without `.`, `..` or empty segments, a slash at its end, or encoded letters and digits.',
  );
}
