import { redact } from '../../shared/redact.ts';
import { sanitizeLine } from '../../shared/sanitize.ts';

/** An error, its cause, and the cause of that. */
const DEPTH = 3;

/** An error in one short line, without its stack, and without what may be secret. Never throws. */
export function messageOf(error: unknown): string {
  try {
    return sanitizeLine(textOf(error)) || 'an error without a message';
  } catch {
    return 'an error that can not be read';
  }
}

/** `fetch failed` says nothing, its cause does. */
function textOf(error: unknown, depth = 1): string {
  if (typeof error !== 'object' || error === null) {
    return error === undefined ? '' : redact(String(error));
  }
  const own = ['message', 'code', 'name'].map((key) => memberOf(error, key));
  const named = own.find((each) => typeof each === 'string' && each !== '');
  const text = typeof named === 'string' ? redact(named) : '';
  const cause = memberOf(error, 'cause');
  if (cause === undefined || cause === null || depth === DEPTH) return text;
  const why = textOf(cause, depth + 1);
  return text.includes(why) ? text : [text, why].filter(Boolean).join(': ');
}

/** A member whose getter throws counts as missing; the rest of the error is described. */
export function memberOf(object: object, key: string): unknown {
  try {
    return (object as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}
