import type { ExecutionsView } from '../../operations/contract.ts';
import type { ServiceResponse } from '../client/request.ts';
import { UNKNOWN } from './cells.ts';
import { formatTable } from './table.ts';
import { formatDuration } from './time.ts';
import type { View } from './view.ts';

const HEADINGS = ['name', 'id', 'age', 'attempt', 'correlation id', 'can be aborted'];

/** The table of `executions`, the oldest first. */
export function toExecutionsView(
  { value, json }: ServiceResponse<ExecutionsView>,
  columns?: number,
): View {
  const { executions, total } = value;
  const rows = executions
    .toSorted((a, b) => b.age_ms - a.age_ms)
    .map(({ id, name, age_ms, attempt, correlation_id, abortable }) => [
      name,
      id,
      formatDuration(age_ms),
      String(attempt),
      correlation_id ?? UNKNOWN,
      abortable ? 'yes' : 'no',
    ]);
  const listed = rows.length < total ? `, ${rows.length} of them listed` : '';
  return {
    summary: total === 0 ? 'nothing is running' : `${total} running${listed}`,
    lines: rows.length === 0 ? [] : formatTable(HEADINGS, rows, columns),
    json,
    hasProblem: false,
  };
}
