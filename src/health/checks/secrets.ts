/** Names of what nobody else should know. */
const NAMED =
  /(pass(?:word|wd|phrase)?|pwd|secret|token|key|credentials?|signature)(["']\s*[:=]\s*|=|:)\S+/gi;

/**
 * A text without what may be secret in it: user and password of a URL, what comes behind its path, and
 * what is called a password or the like. Nobody escapes a password before it gets into an error, so
 * each is taken to reach as far as it can within its word.
 */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/\S+/g, (word) => withoutQuery(withoutUser(word)))
    .replaceAll(NAMED, '$1$2***');
}

/** `postgres://user:pa/s?s@host` and `user:password@host`, whatever is before the last `@`. */
function withoutUser(word: string): string {
  const end = word.lastIndexOf('@');
  if (end < 0) return word;
  const slashes = word.indexOf('//');
  const scheme = word.slice(0, Math.max(0, slashes));
  const isUrl = slashes >= 0 && slashes < end && (scheme === '' || scheme.endsWith(':'));
  if (isUrl) return `${scheme}//***${word.slice(end)}`;
  return word.slice(0, end).includes(':') ? `***${word.slice(end)}` : word;
}

/** `https://host/path?token=1`, `/path;id=2`, `//host/#token`, `?code=3` */
function withoutQuery(word: string): string {
  const begin = word.search(/[?#;]/);
  if (begin < 0) return word;
  const rest = word.slice(begin + 1);
  // A question has its mark at the end, and #12 is no part of a path.
  const isQuery = rest.includes('=') || (word.includes('/') && /[^\p{P}]/u.test(rest));
  return isQuery ? `${word.slice(0, begin)}?***` : word;
}
