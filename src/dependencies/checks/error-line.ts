import { redact } from '../../shared/redact.ts';
import { sanitizeLine } from '../../shared/sanitize.ts';

/** An error, its cause, and the cause of that. */
const MAX_DEPTH = 3;

/** Describes an error and its causes in one short line, without stack and secrets. Never throws. */
export function toErrorLine(error: unknown): string {
  try {
    return sanitizeLine(describe(error)) || 'an error without a message';
  } catch {
    return 'an unreadable error';
  }
}

/** The cause matters: the message of undici is `fetch failed` for every connection error. */
function describe(error: unknown, depth = 1): string {
  if (typeof error !== 'object' || error === null) {
    return error === undefined ? '' : redact(String(error));
  }
  const members = ['message', 'code', 'name'].map((key) => readMember(error, key));
  const first = members.find((member) => typeof member === 'string' && member !== '');
  const text = typeof first === 'string' ? redact(first) : '';
  const cause = readMember(error, 'cause');
  if (cause === undefined || cause === null || depth === MAX_DEPTH) return text;
  const causeText = describe(cause, depth + 1);
  return text.includes(causeText) ? text : [text, causeText].filter(Boolean).join(': ');
}

/** Reads a member; a member whose getter throws counts as missing. */
export function readMember(object: object, key: string): unknown {
  try {
    return (object as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}
