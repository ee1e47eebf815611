import type { PoliciesResponse, PolicyView } from '../../operations/contract.ts';
import { CIRCUIT_BREAKER_STATES, STATES_WORST_FIRST } from '../../semconv/attributes.ts';
import type { ServiceResponse } from '../client/request.ts';
import { compareNames, formatCounts, UNKNOWN } from './cells.ts';
import { toStateCell } from './colors.ts';
import { type Cell, formatTable } from './table.ts';
import type { View } from './view.ts';

const HEADINGS = ['name', 'circuit', 'active', 'executions', 'retries', 'bulkhead'];

/** The table of `policies`. */
export function toPoliciesView(
  { value, json }: ServiceResponse<PoliciesResponse>,
  columns?: number,
): View {
  const rows = value.policies
    .toSorted(([a], [b]) => compareNames(a, b))
    .map(([name, policy]) => toRow(name, policy));
  const { length } = rows;
  return {
    summary: length === 0 ? 'no policies' : `${length} ${length === 1 ? 'policy' : 'policies'}`,
    lines: length === 0 ? [] : formatTable(HEADINGS, rows, columns),
    json,
    hasProblem: false,
  };
}

function toRow(name: string, policy: PolicyView): Cell[] {
  const { active, executions, retry, bulkhead } = policy;
  return [
    name,
    toCircuitCell(policy),
    String(active),
    formatCounts(executions),
    retry ? formatRetries(retry) : UNKNOWN,
    bulkhead ? formatBulkhead(bulkhead) : UNKNOWN,
  ];
}

/** The worst state, with `1/3` if one of three circuit breakers is in it. */
function toCircuitCell({ circuit_breaker }: PolicyView): Cell {
  const counts = circuit_breaker?.state ?? {};
  const worst = STATES_WORST_FIRST.find((state) => (counts[state] ?? 0) > 0);
  if (worst === undefined) return UNKNOWN;
  const total = CIRCUIT_BREAKER_STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  return toStateCell(worst, total > 1 ? `${worst} ${counts[worst]}/${total}` : worst);
}

function formatRetries({ attempts }: NonNullable<PolicyView['retry']>): string {
  return String(Object.values(attempts).reduce<number>((sum, count) => sum + (count ?? 0), 0));
}

/** Running calls and their limit, `3/10`, and with two queued calls `3/10 +2`. */
function formatBulkhead({ active, queued, limit }: NonNullable<PolicyView['bulkhead']>): string {
  return `${active}/${limit ?? UNKNOWN}${queued > 0 ? ` +${queued}` : ''}`;
}
