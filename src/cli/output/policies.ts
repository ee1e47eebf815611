import type { InferOutput } from 'valibot';
import { CIRCUIT_BREAKER_STATES, STATES_WORST_FIRST } from '../../semconv/attributes.ts';
import type { ServiceResponse } from '../client/request.ts';
import type { Policies, Policy, State } from '../client/schemas.ts';
import { compare, nonZero } from './breakers.ts';
import { stateCell } from './colors.ts';
import { type Cell, table } from './table.ts';
import type { View } from './view.ts';

const HEADINGS = ['name', 'circuit', 'active', 'executions', 'retries', 'bulkhead'];
const NONE = '-';

/** Instrumented policies as a table. */
export function policiesView(
  { value, json }: ServiceResponse<InferOutput<typeof Policies>>,
  columns?: number,
): View {
  const rows = value.policies
    .toSorted(([a], [b]) => compare(a, b))
    .map(([name, policy]) => rowOf(name, policy));
  const { length } = rows;
  return {
    summary: length === 0 ? 'no policies' : `${length} ${length === 1 ? 'policy' : 'policies'}`,
    lines: length === 0 ? [] : table(HEADINGS, rows, columns),
    json,
    found: false,
  };
}

function rowOf(name: string, policy: Policy): Cell[] {
  const { active, executions, retry, bulkhead } = policy;
  return [
    name,
    circuitOf(policy),
    String(active),
    nonZero(executions),
    retry ? String(Object.values(retry.attempts).reduce<number>((a, b) => a + (b ?? 0), 0)) : NONE,
    bulkhead ? fillOf(bulkhead) : NONE,
  ];
}

/** The worst state, and how many of several are in it. */
function circuitOf({ circuit_breaker }: Policy): Cell {
  const counts = circuit_breaker?.state ?? {};
  const worst = STATES_WORST_FIRST.find((state) => (counts[state] ?? 0) > 0);
  if (worst === undefined) return NONE;
  const total = CIRCUIT_BREAKER_STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  return stateCell(worst as State, total > 1 ? `${worst} ${counts[worst]}/${total}` : worst);
}

/** `3/10`, and `3/10 +2` where calls wait. */
function fillOf({ active, queued, limit }: NonNullable<Policy['bulkhead']>): string {
  return `${active}/${limit ?? NONE}${queued > 0 ? ` +${queued}` : ''}`;
}
