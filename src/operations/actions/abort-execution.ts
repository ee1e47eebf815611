import { activeExecutions } from '../../metrics/active-executions.ts';
import { operationEvents } from '../events/operation-events.ts';
import { Problem } from '../responses/problem.ts';
import type { Actor } from './actor.ts';

/** @throws Problem if the execution has ended or cannot be aborted */
export function abortExecution(id: string, actor: Actor): { id: string; name: string } {
  const execution = activeExecutions.list().find((active) => String(active.id) === id);
  if (execution === undefined) {
    throw new Problem(404, 'There is no such execution in progress.');
  }
  const { name, abort, aborted } = execution;
  if (abort === undefined) {
    throw new Problem(
      409,
      'This execution cannot be aborted: only policies of `cockatiel-otel/policies` create a signal for each call.',
    );
  }
  if (aborted) {
    throw new Problem(409, 'This execution is aborted already, but its function still runs.');
  }
  abort();
  operationEvents.emit({ ...actor, action: 'abort', name, at: Date.now(), execution: id });
  return { id, name };
}
