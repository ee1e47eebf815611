import type { InferOutput } from 'valibot';
import { STATES_WORST_FIRST } from '../../semconv/attributes.ts';
import type { ServiceResponse } from '../client/request.ts';
import type { Breaker, Breakers, Instance, Summary } from '../client/schemas.ts';
import { stateCell } from './colors.ts';
import { type Cell, table } from './table.ts';
import { span } from './time.ts';
import type { View } from './view.ts';

const HEADINGS = ['name', 'state', 'since', 'failures', 'next probe', 'calls', 'last error'];
const UNKNOWN = '-';

/** Circuit breakers as a table, trouble first. */
export function breakersView(
  { value, json, at }: ServiceResponse<InferOutput<typeof Breakers>>,
  columns?: number,
): View {
  const rows = worstFirst(value.breakers).flatMap(([name, breaker]) => [
    rowOf(name, breaker, at),
    ...instancesOf(breaker).map((instance) => instanceRow(instance, at)),
  ]);
  return {
    summary: breakersSummary(value.summary),
    lines: rows.length === 0 ? [] : table(HEADINGS, rows, columns),
    json,
    found: value.summary.open + value.summary.isolated > 0,
  };
}

/** Circuit breakers with their names, trouble first. */
export function worstFirst(breakers: readonly [string, Breaker][]): [string, Breaker][] {
  return breakers.toSorted(
    ([a, one], [b, other]) =>
      STATES_WORST_FIRST.indexOf(one.state) - STATES_WORST_FIRST.indexOf(other.state) ||
      compare(a, b),
  );
}

/** `3 circuit breakers: 1 open, 2 closed` */
export function breakersSummary(summary: Summary): string {
  const { total } = summary;
  if (total === 0) return 'no circuit breakers';
  const states = STATES_WORST_FIRST.filter((state) => summary[state] > 0).map(
    (state) => `${summary[state]} ${state}`,
  );
  return `${total} circuit breaker${total === 1 ? '' : 's'}: ${states.join(', ')}`;
}

function rowOf(name: string, breaker: Breaker, now: number): Cell[] {
  const { state, fail_counter, fail_max, next_probe_at, calls, last_error_type } = breaker;
  return [
    name,
    stateCell(state, stateOf(breaker)),
    ageOf(breaker, now) ?? UNKNOWN,
    (fail_counter ?? UNKNOWN) + (fail_max === null ? '' : `/${fail_max}`),
    until(next_probe_at, now),
    nonZero(calls),
    last_error_type ?? UNKNOWN,
  ];
}

/** Of several that have a name in common, those in trouble. */
function instancesOf({ instances = [] }: Breaker): Instance[] {
  return instances.filter(({ state }) => state !== 'closed');
}

function instanceRow(instance: Instance, now: number): Cell[] {
  const { key, state, fail_counter, next_probe_at, last_error_type } = instance;
  return [
    `  ${key ?? '(no key)'}`,
    stateCell(state),
    ageOf(instance, now) ?? UNKNOWN,
    String(fail_counter ?? UNKNOWN),
    until(next_probe_at, now),
    '',
    last_error_type ?? UNKNOWN,
  ];
}

/** `open`, or `open 2/5` where that many of several are in the worst state. */
export function stateOf({ state, instance_count = 1, instances = [] }: Breaker): string {
  if (instance_count < 2) return state;
  const same = instances.filter((instance) => instance.state === state).length;
  // Not all of many are told.
  const count = same === instances.length && same < instance_count ? `${same}+` : same;
  return `${state} ${count}/${instance_count}`;
}

/**
 * How long it has been in its state. One that has failed a test was let in again for a moment only: it
 * is open since it left closed.
 */
export function ageOf(
  { state, since, opened_at }: Pick<Instance, 'state' | 'since' | 'opened_at'>,
  now: number,
): string | undefined {
  const date = state === 'isolated' ? (since ?? opened_at) : (opened_at ?? since);
  return date === null ? undefined : span(now - Date.parse(date));
}

function until(date: string | null, now: number): string {
  if (date === null) return UNKNOWN;
  const ms = Date.parse(date) - now;
  return ms > 0 ? `in ${span(ms)}` : 'now';
}

/** `120 success, 3 failure` */
export function nonZero(counts: Readonly<Record<string, number | null>>): string {
  const told = Object.entries(counts).filter(([, count]) => count);
  return told.length === 0
    ? '0'
    : told.map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`).join(', ');
}

/** The same order everywhere, and 2 before 10. */
export function compare(a: string, b: string): number {
  return collator.compare(a, b);
}

const collator = new Intl.Collator('en', { numeric: true });
