/** Longer is no message for a table. */
const LONGEST = 200;
/** An error, its cause, and the cause of that. */
const DEPTH = 3;

/** An error in one short line, without its stack, and without what may be secret in a URL. Never throws. */
export function messageOf(error: unknown): string {
  try {
    return short(withoutSecrets(textOf(error))) || 'an error without a message';
  } catch {
    return 'an error that can not be read';
  }
}

/** Text of others in one line that can do no harm to a log or a terminal. */
export function short(text: string): string {
  const [first = ''] = text.trim().split(/[\r\n\u2028\u2029]/);
  const line = first.replaceAll(/[\s\p{C}]+/gu, ' ').trim();
  return line.length <= LONGEST ? line : `${[...line].slice(0, LONGEST - 1).join('')}…`;
}

/** `fetch failed` says nothing, its cause does. */
function textOf(error: unknown, depth = 1): string {
  if (typeof error !== 'object' || error === null) {
    return error === undefined ? '' : String(error);
  }
  const { message, code, name, cause } = error as Readonly<Record<string, unknown>>;
  const own = [message, code, name].find((each) => typeof each === 'string' && each !== '');
  const text = typeof own === 'string' ? own : '';
  if (cause === undefined || cause === null || depth === DEPTH) return text;
  const why = textOf(cause, depth + 1);
  return text.includes(why) ? text : [text, why].filter(Boolean).join(': ');
}

function withoutSecrets(text: string): string {
  return text
    .replaceAll(/\/\/[^\s/@]+@/g, '//***@')
    .replaceAll(/(\b[a-z][a-z+.-]*:\/\/[^\s?#'"]*)[?#][^\s'"]*/gi, '$1?***');
}
