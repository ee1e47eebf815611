import { type ActiveExecution, activeExecutions } from '../../metrics/active-executions.ts';
import type { ExecutionsView, ExecutionView } from '../contract.ts';

/** Executions that the view lists. */
const MAX_EXECUTIONS = 500;

export function executionsView(): ExecutionsView {
  const active = activeExecutions.list();
  return {
    executions: active.slice(0, MAX_EXECUTIONS).map(toExecutionView),
    total: active.length,
  };
}

function toExecutionView({
  id,
  name,
  ageMs,
  attempt,
  correlationId,
  abort,
}: ActiveExecution): ExecutionView {
  return {
    id: String(id),
    name,
    age_ms: Math.round(ageMs),
    attempt,
    correlation_id: correlationId ?? null,
    abortable: abort !== undefined,
  };
}
