import { ERROR_TYPE_OTHER } from '../semconv/attributes.ts';
import type { FailureReason } from './policy-types.ts';

/** Returns the type of an error, or `undefined` for the default. */
export type ErrorTypeHook = (error: unknown) => string | undefined;

/** cockatiel's errors by their markers, because each has the `name` "Error". Subclasses come first. */
const MARKERS = [
  ['isIsolatedCircuitError', 'IsolatedCircuitError'],
  ['isBrokenCircuitError', 'BrokenCircuitError'],
  ['isBulkheadRejectedError', 'BulkheadRejectedError'],
  ['isTaskCancelledError', 'TaskCancelledError'],
  ['isHydratingCircuitError', 'HydratingCircuitError'],
] as const;

export type Marker = (typeof MARKERS)[number][0];

/** Maximum length of an error type, in characters. */
const MAX_LENGTH = 64;

/** `ECONNREFUSED`, `ERR_HTTP2_STREAM_ERROR`, `InvalidParameter.Malformed`, or an SQLSTATE such as `57P01`. */
const CODE = /^(?:[A-Za-z][\w.-]*|[0-9A-Z]{5})$/;

const CLASS_NAME = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** Maximum length of the names that minifiers give to classes. */
const MINIFIED_LENGTH = 3;

/** Whether an error has a marker of cockatiel. The `isX` functions of cockatiel 3.2 are wrong. Never throws. */
export function isMarked(error: unknown, marker: Marker): boolean {
  try {
    return typeof error === 'object' && error !== null && marker in error;
  } catch {
    return false; // A trap of a proxy threw.
  }
}

/**
 * The type of an error: an HTTP status, else a code such as `ECONNREFUSED` (of the error or of its
 * cause, as with `fetch`), else the name of its class. Never a message. At most 64 characters.
 *
 * @throws the error of the hook
 */
export function errorType(reason: FailureReason, hook: ErrorTypeHook | undefined): string {
  const failed = 'error' in reason ? reason.error : reason.value;
  const type: unknown = hook?.(failed);
  if (typeof type === 'string' && type !== '') return truncate(type);
  // An async hook is not supported. Its rejection must not end the process.
  if (type instanceof Promise) type.catch(() => {});
  const marked = MARKERS.find(([marker]) => isMarked(failed, marker));
  if (marked) return marked[1];
  return statusOf(failed) ?? codeOf(failed) ?? classOf(failed) ?? ERROR_TYPE_OTHER;
}

/** Copies the characters, because a slice would retain the whole text in memory. */
function truncate(text: string): string {
  return text.length <= MAX_LENGTH ? text : Array.from(text.slice(0, MAX_LENGTH)).join('');
}

/** @returns `undefined` if there is no such property or its getter throws */
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
    .find((code) => Number.isInteger(code) && Number(code) >= 100 && Number(code) <= 599);
  return status === undefined ? undefined : String(status);
}

function codeOf(value: unknown): string | undefined {
  return [property(value, 'code'), property(property(value, 'cause'), 'code')].find(
    (code): code is string => isShaped(code, CODE),
  );
}

/**
 * The name of the class, read from the prototype, because a server controls the own properties of an
 * object parsed from JSON. The error's `name` replaces the name of a minified class and of `DOMException`.
 */
function classOf(value: unknown): string | undefined {
  const name = property(property(prototypeOf(value), 'constructor'), 'name');
  const isClass = isShaped(name, CLASS_NAME);
  if (isClass && name.length > MINIFIED_LENGTH && name !== 'DOMException') return name;
  const own = property(value, 'name');
  if (isShaped(own, CLASS_NAME) && own.length > MINIFIED_LENGTH) return own;
  return isClass ? name : undefined;
}

function prototypeOf(value: unknown): unknown {
  try {
    return value === undefined || value === null ? value : Object.getPrototypeOf(value);
  } catch {
    return undefined; // A revoked proxy, or a trap that throws.
  }
}

/** Checks the length first, because the regular expression would scan a long text. */
function isShaped(value: unknown, shape: RegExp): value is string {
  return typeof value === 'string' && value.length <= MAX_LENGTH && shape.test(value);
}
