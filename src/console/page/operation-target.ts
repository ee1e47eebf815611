import type { CircuitBreakerAction } from '../../semconv/attributes.ts';
import type { RowBreaker } from '../protocol/messages.ts';
import { countsText, inState, stateOf } from './states.ts';

/** On what an action would be, as it is now. */
export function targetText(breaker: RowBreaker | undefined): string {
  if (breaker === undefined) return 'No circuit breaker has this name any longer.';
  const { state, states } = breaker;
  const all = states.reduce((a, b) => a + b, 0);
  return all > 1
    ? `All ${all} circuit breakers of this name are meant: ${countsText(states)} now.`
    : `It is ${stateOf(state).word.toLowerCase()} now.`;
}

/** What could do something. */
export function allowedOn(
  breaker: RowBreaker | undefined,
): Readonly<Record<CircuitBreakerAction, boolean>> {
  if (breaker === undefined) return { reset: false, isolate: false, release: false };
  const { state, states, held } = breaker;
  const free = states.reduce((a, b) => a + b, 0) > inState(states, 'isolated');
  return { reset: free, isolate: free || !held, release: state === 'isolated' || held };
}

export function doneText(action: string, state: unknown): string {
  const now = typeof state === 'string' ? `, it is ${stateOf(state).word.toLowerCase()} now` : '';
  return `${action} was done${now}.`;
}
