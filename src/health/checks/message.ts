import { short } from '../short.ts';
import { withoutSecrets } from './secrets.ts';

/** An error, its cause, and the cause of that. */
const DEPTH = 3;

/** An error in one short line, without its stack, and without what may be secret. Never throws. */
export function messageOf(error: unknown): string {
  try {
    return short(withoutSecrets(textOf(error))) || 'an error without a message';
  } catch {
    return 'an error that can not be read';
  }
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
