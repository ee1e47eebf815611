import { ERROR_TYPE_OTHER } from '../semconv/attributes.ts';
import type { FailureReason } from './policy.ts';

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

/** Whether an error carries one of cockatiel's markers; its own `isX` functions are wrong in 3.2. */
export function isMarked(error: unknown, marker: Marker): boolean {
  return typeof error === 'object' && error !== null && marker in error;
}

/**
 * A class name or a code, never a message: an HTTP status, else a code like `ECONNREFUSED` (also
 * that of the cause: `fetch` hides it there), else the name of the constructor.
 */
export function errorType(reason: FailureReason, hook: ErrorTypeHook | undefined): string {
  const failed = 'error' in reason ? reason.error : reason.value;
  const given: unknown = hook?.(failed);
  if (typeof given === 'string' && given !== '') return given;
  // Nobody's name either, and its rejection must not end the process.
  if (given instanceof Promise) given.catch(() => {});
  const marked = MARKERS.find(([marker]) => isMarked(failed, marker));
  if (marked) return marked[1];
  return statusOf(failed) ?? codeOf(failed) ?? constructorOf(failed) ?? ERROR_TYPE_OTHER;
}

function property(value: unknown, key: string): unknown {
  return (value as Record<string, unknown> | null | undefined)?.[key];
}

function statusOf(value: unknown): string | undefined {
  const status = [value, property(value, 'response')]
    .flatMap((source) => [property(source, 'status'), property(source, 'statusCode')])
    .find((each) => Number.isInteger(each) && Number(each) >= 100 && Number(each) <= 599);
  return status === undefined ? undefined : String(status);
}

function codeOf(value: unknown): string | undefined {
  return [property(value, 'code'), property(property(value, 'cause'), 'code')].find(
    (code) => typeof code === 'string' && /^[\w.-]{1,64}$/.test(code),
  ) as string | undefined;
}

function constructorOf(value: unknown): string | undefined {
  const name = property(property(value, 'constructor'), 'name');
  return typeof name === 'string' && name !== '' ? name : undefined;
}
