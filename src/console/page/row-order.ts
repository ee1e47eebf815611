import { CIRCUIT_BREAKER_STATES } from '../../semconv/attributes.ts';
import type { Model, Policy } from './model.ts';

export type Order = 'severity' | 'name' | 'calls' | 'latency';

/** Circuit breakers in a state, policies over a limit, or all policies. */
export type Filter = 'all' | 'open' | 'half_open' | 'isolated' | 'closed' | 'over_limit';

/** Sorts 2 before 10, and ignores case. */
const { compare } = new Intl.Collator('en', { numeric: true });

const byName = (a: Policy, b: Policy) =>
  compare(a.row.name, b.row.name) || (a.row.name < b.row.name ? -1 : 1);

/** Equal policies are ordered by name, so that they keep their places. */
function createComparison(order: Order, model: Model): (a: Policy, b: Policy) => number {
  switch (order) {
    case 'severity':
      return (a, b) => a.severityRank - b.severityRank || byName(a, b);
    case 'calls': {
      const rates = new Map(
        [...model.policies.values()].map((policy) => [policy, model.rate(policy)]),
      );
      return (a, b) => (rates.get(b) ?? 0) - (rates.get(a) ?? 0) || byName(a, b);
    }
    case 'latency':
      return (a, b) => (b.row.p95 ?? -1) - (a.row.p95 ?? -1) || byName(a, b);
    default:
      return byName;
  }
}

/** The names in this order. */
export function orderNames(model: Model, order: Order): string[] {
  return [...model.policies.values()]
    .sort(createComparison(order, model))
    .map(({ row }) => row.name);
}

export function matches(policy: Policy, filter: Filter, search: string): boolean {
  return passes(policy, filter) && policy.row.name.toLowerCase().includes(search.toLowerCase());
}

export function passes({ row, exceeded }: Policy, filter: Filter): boolean {
  if (filter === 'all') return true;
  return filter === 'over_limit' ? exceeded.size > 0 : row.breaker?.state === filter;
}

/** The number of policies, those without a row included, except for the filter `over_limit`. */
export function countOf({ policies, omittedNames, states }: Model, filter: Filter): number {
  if (filter === 'all') return policies.size + omittedNames;
  if (filter !== 'over_limit') return states[CIRCUIT_BREAKER_STATES.indexOf(filter)] ?? 0;
  return [...policies.values()].filter((policy) => passes(policy, filter)).length;
}
