/**
 * Classifies the error or the result of a call by the rows of `presets/known-errors`.
 *
 * An error is recognized by its properties, never by `instanceof`: errors may come from another copy
 * of cockatiel, from another realm, or from any client library.
 */
import { KNOWN_ERRORS } from '../../presets/known-errors/index.ts';
import type { ErrorField, Meaning } from '../../presets/known-errors/types.ts';
import {
  fieldsOf,
  isMarked,
  MAX_ERRORS,
  nestedErrors,
  responseStatusOf,
  statusOf,
} from './error-fields.ts';

/**
 * `refused`: an inner policy of this process rejected the call (full bulkhead, open circuit).
 * `unknown`: no row matches.
 */
export interface Classification {
  readonly meaning: Meaning | 'refused' | 'unknown';
  /** The HTTP status of the error that determined `meaning`, which may be a nested `cause`. */
  readonly status: number | undefined;
}

/** The index of the first row for each value of a field, and for each prefix (`HPE_*`). */
interface FieldRows {
  readonly whole: Map<string, number>;
  readonly beginnings: (readonly [beginning: string, row: number])[];
}

const ROWS = new Map<ErrorField, FieldRows>();
for (const [row, { field, values }] of KNOWN_ERRORS.entries()) {
  const rows: FieldRows = ROWS.get(field) ?? { whole: new Map(), beginnings: [] };
  ROWS.set(field, rows);
  for (const value of values) {
    if (value.endsWith('*')) rows.beginnings.push([value.slice(0, -1), row]);
    else if (!rows.whole.has(value)) rows.whole.set(value, row);
  }
}

/** Whether the same call may succeed later, so that a retry makes sense. */
export function isRetryable(error: unknown, statuses?: readonly number[]): boolean {
  const { meaning, status } = classify(error);
  if (statuses === undefined || status === undefined) return meaning === 'transient';
  return meaning !== 'refused' && statuses.includes(status);
}

/** Whether the circuit breaker counts the error: all but caller errors and refusals. */
export function isDependencyFailure(error: unknown): boolean {
  const { meaning } = classify(error);
  return meaning === 'transient' || meaning === 'unknown';
}

/** Whether the connection failed or timed out. Ignores HTTP statuses. */
export const isConnectionError = (error: unknown): boolean =>
  classify(error, 'status').meaning === 'transient';

/** Whether an open circuit or a full bulkhead of this process rejected the call. */
export const isRefusal = (error: unknown): boolean => classify(error).meaning === 'refused';

/** Whether a cockatiel timeout ended the call. */
export const isTimeout = (error: unknown): boolean => isMarked(error, 'isTaskCancelledError');

/** Whether a retry of the same request may receive a better status. */
export const isTransientStatus = (status: number): boolean => TRANSIENT_STATUSES.has(status);

/** A `Set`, because every response is looked up here, successful ones included. */
const TRANSIENT_STATUSES = new Set(
  Array.from({ length: 600 }, (_, status) => status).filter(
    (status) => KNOWN_ERRORS[rowOf('status', String(status))]?.meaning === 'transient',
  ),
);

/** Whether a result is a response, such as that of `fetch`, with a transient failure status. */
export function isTransientResult(value: unknown, statuses?: readonly number[]): boolean {
  const status = responseStatusOf(value);
  if (status === undefined) return false;
  return statuses ? statuses.includes(status) : isTransientStatus(status);
}

/**
 * Never throws.
 *
 * @param ignored a field that is not used
 */
export function classify(error: unknown, ignored?: ErrorField): Classification {
  try {
    return visit(error, ignored, new Set()) ?? UNKNOWN;
  } catch {
    // A revoked proxy, or a list whose iterator throws.
    return UNKNOWN;
  }
}

const UNKNOWN: Classification = { meaning: 'unknown', status: undefined };

/** @returns `undefined` for a non-object, a visited error, or an error beyond `MAX_ERRORS` */
function visit(
  error: unknown,
  ignored: ErrorField | undefined,
  visited: Set<object>,
): Classification | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  // A chain of causes may be long or circular.
  if (visited.has(error) || visited.size >= MAX_ERRORS) return undefined;
  visited.add(error);
  const meaning = ownMeaning(error, ignored);
  if (meaning !== undefined) return { meaning, status: statusOf(error) };
  // `fetch` sets the reason as `cause`; Node sets `errors` if it tried several addresses.
  const nested = nestedErrors(error)
    .map((cause) => visit(cause, ignored, visited))
    .filter((verdict) => verdict !== undefined);
  return (
    nested.find((verdict) => verdict.meaning === 'transient') ??
    nested.find((verdict) => verdict.meaning === 'unknown') ??
    nested[0] ?? { meaning: 'unknown', status: statusOf(error) }
  );
}

function ownMeaning(
  error: object,
  ignored: ErrorField | undefined,
): Classification['meaning'] | undefined {
  if (isMarked(error, 'isBulkheadRejectedError') || isMarked(error, 'isBrokenCircuitError')) {
    return 'refused';
  }
  if (isTimeout(error)) return 'transient';
  const rows = fieldsOf(error).map(([field, value]) =>
    field === ignored ? Number.POSITIVE_INFINITY : rowOf(field, value),
  );
  return KNOWN_ERRORS[Math.min(...rows)]?.meaning;
}

/** The index of the first row that matches a value, or `Infinity`. */
function rowOf(field: ErrorField, value: string): number {
  const { whole, beginnings } = ROWS.get(field) ?? { whole: new Map(), beginnings: [] };
  let first = whole.get(value) ?? Number.POSITIVE_INFINITY;
  for (const [beginning, row] of beginnings) {
    if (row < first && value.startsWith(beginning)) first = row;
  }
  return first;
}
