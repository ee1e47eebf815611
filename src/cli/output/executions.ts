import type { InferOutput } from 'valibot';
import type { ServiceResponse } from '../client/request.ts';
import type { Executions } from '../client/schemas.ts';
import { table } from './table.ts';
import { span } from './time.ts';
import type { View } from './view.ts';

const HEADINGS = ['name', 'id', 'age', 'attempt', 'correlation id', 'can be aborted'];

/** What runs now as a table, the oldest first. */
export function executionsView(
  { value, json }: ServiceResponse<InferOutput<typeof Executions>>,
  columns?: number,
): View {
  const { executions, total } = value;
  const rows = executions
    .toSorted((a, b) => b.age_ms - a.age_ms)
    .map(({ id, name, age_ms, attempt, correlation_id, abortable }) => [
      name,
      id,
      span(age_ms),
      String(attempt),
      correlation_id ?? '-',
      abortable ? 'yes' : 'no',
    ]);
  const listed = rows.length < total ? `, ${rows.length} of them listed` : '';
  return {
    summary: total === 0 ? 'nothing is running' : `${total} running${listed}`,
    lines: rows.length === 0 ? [] : table(HEADINGS, rows, columns),
    json,
    found: false,
  };
}
