/**
 * Classifies what a call threw or returned, by the rows of `presets/known-errors`.
 *
 * An error is recognized by its properties and never by `instanceof`: errors come from other copies
 * of cockatiel, from other realms, and from clients of every kind.
 */
import { KNOWN_ERRORS } from '../presets/known-errors/index.ts';
import type { Meaning } from '../presets/known-errors/types.ts';
import {
  fieldsOf,
  isMarked,
  MAX_ERRORS,
  nestedErrors,
  responseStatusOf,
  statusOf,
} from './error-fields.ts';

/**
 * `refused`: this process refused the call itself, by a full bulkhead or an open circuit inside.
 * `unknown`: no row matches.
 */
export interface Classification {
  readonly meaning: Meaning | 'refused' | 'unknown';
  /** The HTTP status of the error that decided, which may be a `cause`. */
  readonly status: number | undefined;
}

/** A row whose values are split into whole ones and beginnings. */
const ROWS = KNOWN_ERRORS.map(({ field, meaning, values }) => ({
  field,
  meaning,
  whole: new Set(values.filter((value) => !value.endsWith('*'))),
  beginnings: values.filter((value) => value.endsWith('*')).map((value) => value.slice(0, -1)),
}));
type Row = (typeof ROWS)[number];

const STATUS_ROWS = ROWS.filter(({ field }) => field === 'status');
const OTHER_ROWS = ROWS.filter(({ field }) => field !== 'status');

/** Whether the same call may succeed later, so that a retry makes sense. */
export function isRetryable(error: unknown, statuses?: readonly number[]): boolean {
  const { meaning, status } = classify(error);
  if (statuses === undefined || status === undefined) return meaning === 'transient';
  return meaning !== 'refused' && statuses.includes(status);
}

/** Whether the circuit counts it: everything but a mistake of the caller and a refusal of this process. */
export function isDependencyFailure(error: unknown): boolean {
  const { meaning } = classify(error);
  return meaning === 'transient' || meaning === 'unknown';
}

/** Whether the dependency was not reached or did not answer in time, whatever its status. */
export const isConnectionError = (error: unknown): boolean =>
  classify(error, OTHER_ROWS).meaning === 'transient';

/** Whether this process refused the call itself. */
export const isRefusal = (error: unknown): boolean => classify(error).meaning === 'refused';

/** Whether a timeout of cockatiel ended the call. */
export const isTimeout = (error: unknown): boolean => isMarked(error, 'isTaskCancelledError');

/** Whether the same request may get another status later. */
export const isTransientStatus = (status: number): boolean =>
  STATUS_ROWS.find((row) => matches(row, String(status)))?.meaning === 'transient';

/** Whether a returned value is a response, such as that of `fetch`, with a status that is a failure. */
export function isTransientResult(value: unknown, statuses?: readonly number[]): boolean {
  const status = responseStatusOf(value);
  if (status === undefined) return false;
  return statuses ? statuses.includes(status) : isTransientStatus(status);
}

/** Never throws, whatever the error is. */
export function classify(error: unknown, rows: readonly Row[] = ROWS): Classification {
  try {
    return visit(error, rows, new Set()) ?? UNKNOWN;
  } catch {
    // A revoked proxy, or a list whose iterator throws.
    return UNKNOWN;
  }
}

const UNKNOWN: Classification = { meaning: 'unknown', status: undefined };

/** @returns `undefined` for what is no object, and for an error that was visited already */
function visit(
  error: unknown,
  rows: readonly Row[],
  visited: Set<object>,
): Classification | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  // A chain of causes may be long, or lead back to itself.
  if (visited.has(error) || visited.size >= MAX_ERRORS) return undefined;
  visited.add(error);
  const status = statusOf(error);
  const meaning = ownMeaning(error, rows);
  if (meaning !== undefined) return { meaning, status };
  // `fetch` reports the reason as `cause`, Node reports attempts at several addresses as `errors`.
  const nested = nestedErrors(error)
    .map((each) => visit(each, rows, visited))
    .filter((each) => each !== undefined);
  return (
    nested.find((each) => each.meaning === 'transient') ??
    nested.find((each) => each.meaning === 'unknown') ??
    nested[0] ?? { meaning: 'unknown', status }
  );
}

function ownMeaning(error: object, rows: readonly Row[]): Classification['meaning'] | undefined {
  if (isMarked(error, 'isBulkheadRejectedError') || isMarked(error, 'isBrokenCircuitError')) {
    return 'refused';
  }
  if (isTimeout(error)) return 'transient';
  const fields = fieldsOf(error);
  return rows.find((row) => fields[row.field].some((value) => matches(row, value)))?.meaning;
}

function matches({ whole, beginnings }: Row, value: string): boolean {
  return whole.has(value) || beginnings.some((beginning) => value.startsWith(beginning));
}
