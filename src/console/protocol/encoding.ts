import { OUTCOMES } from '../../semconv/attributes.ts';
import type { Row } from './messages.ts';

type Part = 'breaker' | 'retry' | 'timeout' | 'bulkhead' | 'fallback';

/** Names of members in their order: on the way they are left out, as they would be most of it. */
const PARTS: { readonly [P in Part]: readonly (keyof NonNullable<Row[P]>)[] } = {
  breaker: [
    'state',
    'since',
    'states',
    'failures',
    'failureLimit',
    'nextProbeAt',
    'lastErrorType',
    'held',
  ],
  retry: ['calls', 'again', 'exhausted'],
  timeout: ['calls', 'timedOut', 'limit'],
  bulkhead: ['calls', 'rejected', 'active', 'limit', 'queued', 'saturation'],
  fallback: ['calls', 'used', 'failed'],
};
const NAMES = Object.keys(PARTS) as Part[];

/** A row on its way to the page. */
export type Packed = readonly [
  name: string,
  latest: readonly number[],
  outcomes: readonly number[],
  active: number,
  p50: number | null,
  p95: number | null,
  timed: number,
  ...parts: (readonly unknown[] | 0)[],
];

export function pack(row: Row): Packed {
  const { name, latest, outcomes, active, p50, p95, timed } = row;
  const parts = NAMES.map((part) => packed(row[part], PARTS[part]));
  return [name, short(latest), short(outcomes), active, p50, p95, timed, ...parts];
}

export function unpack(row: Packed): Row {
  const [name, latest, outcomes, active, p50, p95, timed, ...parts] = row;
  const found = NAMES.flatMap((part, index) => {
    const values = parts[index];
    if (!values) return [];
    return [[part, Object.fromEntries(PARTS[part].map((key, each) => [key, values[each]]))]];
  });
  const always = { name, latest: long(latest), outcomes: long(outcomes), active, p50, p95, timed };
  return { ...always, ...Object.fromEntries(found) };
}

function packed(part: object | undefined, keys: readonly string[]): readonly unknown[] | 0 {
  const values = part as Readonly<Record<string, unknown>> | undefined;
  return values ? keys.map((key) => values[key]) : 0;
}

/** Without the zeros at its end. */
function short(counts: readonly number[]): readonly number[] {
  return counts.slice(0, counts.findLastIndex((count) => count > 0) + 1);
}

function long(counts: readonly number[]): readonly number[] {
  return OUTCOMES.map((_, index) => counts[index] ?? 0);
}
