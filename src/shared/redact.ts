/** More of a text is never looked at, so that a long one takes no time. */
const LONGEST = 2048;

const SEPARATOR = '["\'`]?\\s*(?:=>|[:=])\\s*';
/** A quoted value ends with its quote where a list goes on; others reach to the next space. */
const VALUE = ['"', "'"].map((q) => `${q}(?:\\\\.|[^${q}\\\\])*${q}(?=[\\s,;}\\])]|$)`).join('|');
const WORD = `${VALUE}|\\S+`;

/** Names whose value is always hidden. */
const NAMED = secretAfter(
  'pass(?:word|wd|phrase|code)s?|pwd|secrets?|credentials?|session[-_ ]?id|' +
    '(?:api|access|account|private|secret|shared|signing|encryption)[-_ ]?keys?',
  SEPARATOR,
  WORD,
);
/** Names that stand before ordinary words, too: `invalid token: expired`. */
const NAMED_OR_PROSE = secretAfter(
  'token|authorization',
  SEPARATOR,
  '(?:basic|bearer|token|apikey|negotiate|ntlm)\\s+\\S+|' +
    `(?:digest|oauth|hmac|aws4|signature)\\S*\\s.*|${WORD}`,
);
/** Names that are ordinary words unless the value follows at once: `key=1`, but `missing key: id`. */
const NAMED_CLOSELY = secretAfter('pass|key|sig(?:nature)?', '(?:["\']\\s*[:=]\\s*|[=:])', WORD);
const COOKIE = secretAfter('cookie', SEPARATOR, '.+');
const CREDENTIALS = /\b(basic|bearer)(\s+)([\w.~+/=-]+)/gi;
/** JSON Web Tokens, and tokens and keys whose prefix says what they are. */
const SHAPES =
  /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?|\b(?:gh[a-z]|github_pat|glpat|[sr]k|xox[a-z]|npm|hf)[-_][\w-]{16,}|\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*KEY-----.*/g;

/** A word of prose, or a scheme or placeholder that stands for a token. */
const ORDINARY = /^(?:[a-z]{2,15}|(?:Bearer|Basic)(?:\s+<\w+>)?)[.,;:!?)`'"]*$/;

/**
 * A text without what may be secret in it: user and password of a URL, what comes behind its path,
 * headers with credentials, and values that are called a password or the like. Passwords are not
 * escaped in errors, so each is taken to reach as far as it can within its word. Of a text of more
 * than 2048 characters only the whole words within them are left.
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

/** A name with its separator, and the value behind it. */
function secretAfter(names: string, separator: string, value: string): RegExp {
  return new RegExp(`((?:${names})${separator})(${value})`, 'gi');
}

/** What is cut may be the first half of a secret. */
function beginningOf(text: string): string {
  if (text.length <= LONGEST) return text;
  return text.slice(0, LONGEST + 1).replace(/\S*$/, '…');
}

/** Words such as `authentication` have neither digits nor capitals within. */
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
  // A question has its mark at the end, and #12 is no part of a path.
  const isQuery = rest.includes('=') || (word.includes('/') && /[^\p{P}]/u.test(rest));
  return isQuery ? `${word.slice(0, begin)}?***` : word;
}
