import { type ActiveExecution, activeExecutions } from '../../metrics/active-executions.ts';
import type { Actor } from '../administration.ts';
import { operationEvents } from '../events/operation-events.ts';
import { Problem } from '../http/problem.ts';

/** An execution that is under way, as JSON. */
export interface ExecutionView {
  readonly id: string;
  readonly name: string;
  readonly age_ms: number;
  /** 1 is the first call. */
  readonly attempt: number;
  readonly correlation_id: string | null;
  readonly abortable: boolean;
}

export interface ExecutionsView {
  /** The oldest first. */
  readonly executions: readonly ExecutionView[];
  /** Also of those that are not listed. */
  readonly total: number;
}

/** So many are listed. */
const LISTED = 500;

export function executionViews(): ExecutionsView {
  const all = activeExecutions.list();
  return { executions: all.slice(0, LISTED).map(viewOf), total: all.length };
}

function viewOf({
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

/** @throws Problem if it has ended, or can't be called off */
export function abortExecution(id: string, actor: Actor): { id: string; name: string } {
  const execution = activeExecutions.list().find((each) => String(each.id) === id);
  if (execution === undefined) {
    throw new Problem(404, 'No such execution is under way: it has ended, or never was.');
  }
  const { name, abort, aborted } = execution;
  if (abort === undefined) {
    throw new Problem(
      409,
      'It can not be called off: only policies that `cockatiel-otel/policies` makes have a signal of their own.',
    );
  }
  if (aborted) {
    throw new Problem(409, 'It was called off already, and has yet to heed its signal.');
  }
  abort();
  operationEvents.emit({ ...actor, action: 'abort', name, at: Date.now(), execution: id });
  return { id, name };
}
