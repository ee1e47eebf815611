import { CIRCUIT_BREAKER_STATES } from '../../semconv/attributes.ts';
import type { Model, Policy } from './model.ts';

export type Order = 'trouble' | 'name' | 'calls' | 'latency';

/** Circuit breakers in a state, policies beyond a limit, or everything. */
export type Filter = 'all' | 'open' | 'half_open' | 'isolated' | 'closed' | 'beyond';

/** As people count: 2 before 10, and capitals as other letters. */
const { compare } = new Intl.Collator('en', { numeric: true });

const byName = (a: Policy, b: Policy) =>
  compare(a.row.name, b.row.name) || (a.row.name < b.row.name ? -1 : 1);

/** Each falls back to the name, so that equals keep their places. */
function comparison(order: Order, model: Model): (a: Policy, b: Policy) => number {
  switch (order) {
    case 'trouble':
      return (a, b) => a.rank - b.rank || byName(a, b);
    case 'calls': {
      const rates = new Map([...model.policies.values()].map((each) => [each, model.rate(each)]));
      return (a, b) => (rates.get(b) ?? 0) - (rates.get(a) ?? 0) || byName(a, b);
    }
    case 'latency':
      return (a, b) => (b.row.p95 ?? -1) - (a.row.p95 ?? -1) || byName(a, b);
    default:
      return byName;
  }
}

/** Names in order. */
export function ordered(model: Model, order: Order): string[] {
  return [...model.policies.values()].sort(comparison(order, model)).map(({ row }) => row.name);
}

export function matches(policy: Policy, filter: Filter, search: string): boolean {
  return passes(policy, filter) && policy.row.name.toLowerCase().includes(search.toLowerCase());
}

export function passes({ row, beyond }: Policy, filter: Filter): boolean {
  if (filter === 'all') return true;
  return filter === 'beyond' ? beyond.size > 0 : row.breaker?.state === filter;
}

/** How many there are, those without a row included; limits are known of rows only. */
export function countOf({ policies, more, states }: Model, filter: Filter): number {
  if (filter === 'all') return policies.size + more;
  if (filter !== 'beyond') return states[CIRCUIT_BREAKER_STATES.indexOf(filter)] ?? 0;
  return [...policies.values()].filter((policy) => passes(policy, filter)).length;
}
