import type {
  BreakerSummary,
  BreakersResponse,
  BreakerView,
  InstanceView,
} from '../../operations/contract.ts';
import { STATES_WORST_FIRST } from '../../semconv/attributes.ts';
import type { ServiceResponse } from '../client/request.ts';
import { compareNames, formatCounts, UNKNOWN } from './cells.ts';
import { toStateCell } from './colors.ts';
import { type Cell, formatTable } from './table.ts';
import { formatDuration } from './time.ts';
import type { View } from './view.ts';

const HEADINGS = ['name', 'state', 'since', 'failures', 'next probe', 'calls', 'last error'];

/** The table of `breakers`, worst state first. */
export function toBreakersView(
  { value, json, at }: ServiceResponse<BreakersResponse>,
  columns?: number,
): View {
  const rows = sortWorstFirst(value.breakers).flatMap(([name, breaker]) => [
    toRow(name, breaker, at),
    ...troubledInstances(breaker).map((instance) => toInstanceRow(instance, at)),
  ]);
  return {
    summary: formatSummary(value.summary),
    lines: rows.length === 0 ? [] : formatTable(HEADINGS, rows, columns),
    json,
    hasProblem: value.summary.open + value.summary.isolated > 0,
  };
}

/** Circuit breakers by state, the worst first, then by name. */
export function sortWorstFirst(
  breakers: readonly [string, BreakerView][],
): [string, BreakerView][] {
  const rankOf = (breaker: BreakerView) => STATES_WORST_FIRST.indexOf(breaker.state);
  return breakers.toSorted(
    ([nameA, a], [nameB, b]) => rankOf(a) - rankOf(b) || compareNames(nameA, nameB),
  );
}

/** `3 circuit breakers: 1 open, 2 closed` */
export function formatSummary(summary: BreakerSummary): string {
  const { total } = summary;
  if (total === 0) return 'no circuit breakers';
  const states = STATES_WORST_FIRST.filter((state) => summary[state] > 0).map(
    (state) => `${summary[state]} ${state}`,
  );
  return `${total} circuit breaker${total === 1 ? '' : 's'}: ${states.join(', ')}`;
}

function toRow(name: string, breaker: BreakerView, now: number): Cell[] {
  const { state, fail_counter, fail_max, next_probe_at, calls, last_error_type } = breaker;
  return [
    name,
    toStateCell(state, formatState(breaker)),
    formatAge(breaker, now) ?? UNKNOWN,
    (fail_counter ?? UNKNOWN) + (fail_max === null ? '' : `/${fail_max}`),
    formatTimeUntil(next_probe_at, now),
    formatCounts(calls),
    last_error_type ?? UNKNOWN,
  ];
}

/** The circuit breakers of one name that are not closed. */
function troubledInstances({ instances = [] }: BreakerView): InstanceView[] {
  return instances.filter(({ state }) => state !== 'closed');
}

function toInstanceRow(instance: InstanceView, now: number): Cell[] {
  const { key, state, fail_counter, next_probe_at, last_error_type } = instance;
  return [
    `  ${key ?? '(no key)'}`,
    toStateCell(state),
    formatAge(instance, now) ?? UNKNOWN,
    String(fail_counter ?? UNKNOWN),
    formatTimeUntil(next_probe_at, now),
    '',
    last_error_type ?? UNKNOWN,
  ];
}

/** `open`, or `open 2/5` if two of five circuit breakers of the name are open. */
export function formatState({ state, instance_count = 1, instances = [] }: BreakerView): string {
  if (instance_count < 2) return state;
  const count = instances.filter((instance) => instance.state === state).length;
  // The service lists the first instances only, so there may be more in this state.
  const isPartial = count === instances.length && count < instance_count;
  return `${state} ${count}${isPartial ? '+' : ''}/${instance_count}`;
}

/** Time in the state. For open and half-open it counts from leaving closed, failed probes included. */
export function formatAge(
  { state, since, opened_at }: Pick<InstanceView, 'state' | 'since' | 'opened_at'>,
  now: number,
): string | undefined {
  const date = state === 'isolated' ? (since ?? opened_at) : (opened_at ?? since);
  return date === null ? undefined : formatDuration(now - Date.parse(date));
}

function formatTimeUntil(date: string | null, now: number): string {
  if (date === null) return UNKNOWN;
  const ms = Date.parse(date) - now;
  return ms > 0 ? `in ${formatDuration(ms)}` : 'now';
}
