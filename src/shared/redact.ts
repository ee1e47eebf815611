/** Characters that are examined. */
const MAX_LENGTH = 2048;

const SEPARATOR = '["\'`]?\\s*(?:=>|[:=])\\s*';
/** A quoted value ends with its quote before a separator; other values end at the next space. */
const VALUE = ['"', "'"].map((q) => `${q}(?:\\\\.|[^${q}\\\\])*${q}(?=[\\s,;}\\])]|$)`).join('|');
const WORD = `${VALUE}|\\S+`;

/** Names whose value is always hidden. */
const NAMED = secretAfter(
  'pass(?:word|wd|phrase|code)s?|pwd|secrets?|credentials?|session[-_ ]?id|' +
    '(?:api|access|account|private|secret|shared|signing|encryption)[-_ ]?keys?',
  SEPARATOR,
  WORD,
);
/** Names that also occur in prose: `invalid token: expired`. */
const NAMED_OR_PROSE = secretAfter(
  'token|authorization',
  SEPARATOR,
  '(?:basic|bearer|token|apikey|negotiate|ntlm)\\s+\\S+|' +
    `(?:digest|oauth|hmac|aws4|signature)\\S*\\s.*|${WORD}`,
);
/** Names that are ordinary words unless the value follows directly: `key=1`, but `missing key: id`. */
const NAMED_CLOSELY = secretAfter('pass|key|sig(?:nature)?', '(?:["\']\\s*[:=]\\s*|[=:])', WORD);
const COOKIE = secretAfter('cookie', SEPARATOR, '.+');
const CREDENTIALS = /\b(basic|bearer)(\s+)([\w.~+/=-]+)/gi;
/** JSON Web Tokens, and tokens and keys with known prefixes. */
const SHAPES =
  /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?|\b(?:gh[a-z]|github_pat|glpat|[sr]k|xox[a-z]|npm|hf)[-_][\w-]{16,}|\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*KEY-----.*/g;

/** A word of prose, a scheme, or a placeholder for a token. */
const ORDINARY = /^(?:[a-z]{2,15}|(?:Bearer|Basic)(?:\s+<\w+>)?)[.,;:!?)`'"]*$/;

/**
 * Removes possible secrets from a text: user and password of a URL, its query, headers with
 * credentials, and values with names such as `password`. Errors do not escape passwords, so a value is
 * assumed to reach as far as possible within its word. Text beyond 2048 characters is cut at a space.
 */
export function redact(text: string): string {
  return beginningOf(text)
    .replaceAll(/\S+/g, (word) => withoutQuery(withoutUser(word)))
    .replace(COOKIE, '$1***')
    .replace(NAMED_OR_PROSE, (all, name: string, value: string) =>
      ORDINARY.test(value) ? all : `${name}***`,
    )
    .replace(NAMED, '$1***')
    .replace(NAMED_CLOSELY, '$1***')
    .replace(CREDENTIALS, (all, scheme: string, space: string, value: string) =>
      isToken(value) ? `${scheme}${space}***` : all,
    )
    .replace(SHAPES, '***');
}

/** Matches a name with its separator, and the value. */
function secretAfter(names: string, separator: string, value: string): RegExp {
  return new RegExp(`((?:${names})${separator})(${value})`, 'gi');
}

/** Cuts at a space, because half of a secret would not be recognized. */
function beginningOf(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  return text.slice(0, MAX_LENGTH + 1).replace(/\S*$/, '…');
}

/** Ordinary words such as `authentication` have neither digits nor inner capitals. */
function isToken(value: string): boolean {
  return value.length >= 24 || /[\d=+/]|[a-z][A-Z]/.test(value);
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
  // A question mark at the end is no query, and neither is `#12`.
  const isQuery = rest.includes('=') || (word.includes('/') && /[^\p{P}]/u.test(rest));
  return isQuery ? `${word.slice(0, begin)}?***` : word;
}
