import { ERROR_TYPE_OTHER } from '../semconv/attributes.ts';
import type { FailureReason } from './policy-types.ts';

/** Names the type of an error; `undefined` leaves it to the default. */
export type ErrorTypeHook = (error: unknown) => string | undefined;

/** cockatiel's own errors by their markers, the subclass first: their `name` is "Error" for all. */
const MARKERS = [
  ['isIsolatedCircuitError', 'IsolatedCircuitError'],
  ['isBrokenCircuitError', 'BrokenCircuitError'],
  ['isBulkheadRejectedError', 'BulkheadRejectedError'],
  ['isTaskCancelledError', 'TaskCancelledError'],
  ['isHydratingCircuitError', 'HydratingCircuitError'],
] as const;

export type Marker = (typeof MARKERS)[number][0];

/** Longest error type, in characters. */
const LONGEST = 64;

/** `ECONNREFUSED`, `ERR_HTTP2_STREAM_ERROR`, `InvalidParameter.Malformed`; or an SQLSTATE as `57P01`. */
const CODE = /^(?:[A-Za-z][\w.-]*|[0-9A-Z]{5})$/;

const CLASS_NAME = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** No class is called so by hand: minifiers name classes by one to three characters. */
const MINIFIED = 3;

/**
 * Whether an error carries one of cockatiel's markers; its own `isX` functions are wrong in 3.2.
 * Never throws.
 */
export function isMarked(error: unknown, marker: Marker): boolean {
  try {
    return typeof error === 'object' && error !== null && marker in error;
  } catch {
    return false; // A proxy whose trap throws.
  }
}

/**
 * A class name or a code, never a message: an HTTP status, else a code like `ECONNREFUSED` (also
 * that of the cause: `fetch` hides it there), else the name of the class. At most 64 characters.
 *
 * @throws what the hook throws
 */
export function errorType(reason: FailureReason, hook: ErrorTypeHook | undefined): string {
  const failed = 'error' in reason ? reason.error : reason.value;
  const given: unknown = hook?.(failed);
  if (typeof given === 'string' && given !== '') return cut(given);
  // Nobody's name either, and its rejection must not end the process.
  if (given instanceof Promise) given.catch(() => {});
  const marked = MARKERS.find(([marker]) => isMarked(failed, marker));
  if (marked) return marked[1];
  return statusOf(failed) ?? codeOf(failed) ?? classOf(failed) ?? ERROR_TYPE_OTHER;
}

/** By way of an array: a slice would keep all of a long text in memory. */
function cut(text: string): string {
  return text.length <= LONGEST ? text : Array.from(text.slice(0, LONGEST)).join('');
}

/** A property of anything; one whose getter throws is none. */
function property(value: unknown, key: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

function statusOf(value: unknown): string | undefined {
  const status = [value, property(value, 'response')]
    .flatMap((source) => [property(source, 'status'), property(source, 'statusCode')])
    .find((each) => Number.isInteger(each) && Number(each) >= 100 && Number(each) <= 599);
  return status === undefined ? undefined : String(status);
}

function codeOf(value: unknown): string | undefined {
  return [property(value, 'code'), property(property(value, 'cause'), 'code')].find(
    (code): code is string => isShaped(code, CODE),
  );
}

/**
 * The name of the class, by the prototype: an own property `constructor` or `name` of what JSON
 * brought is the server's. Where a minifier has renamed the class, or the class is the one that the
 * web's errors share, it is the error's `name`.
 */
function classOf(value: unknown): string | undefined {
  const name = property(property(prototypeOf(value), 'constructor'), 'name');
  const isClass = isShaped(name, CLASS_NAME);
  if (isClass && name.length > MINIFIED && name !== 'DOMException') return name;
  const own = property(value, 'name');
  if (isShaped(own, CLASS_NAME) && own.length > MINIFIED) return own;
  return isClass ? name : undefined;
}

function prototypeOf(value: unknown): unknown {
  try {
    return value === undefined || value === null ? value : Object.getPrototypeOf(value);
  } catch {
    return undefined; // A proxy that was revoked, or whose trap throws.
  }
}

/** The length comes first: the expression would look at megabytes of a text. */
function isShaped(value: unknown, shape: RegExp): value is string {
  return typeof value === 'string' && value.length <= LONGEST && shape.test(value);
}
