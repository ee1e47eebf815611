import type { CircuitBreakerAction } from '../../semconv/attributes.ts';
import type { RowBreaker } from '../protocol/messages.ts';
import { countsText, inState, stateOf } from './states.ts';

/** Describes the circuit breakers that an action would change. */
export function targetText(breaker: RowBreaker | undefined): string {
  if (breaker === undefined) return 'There is no circuit breaker with this name any more.';
  const { state, states } = breaker;
  const breakerCount = states.reduce((a, b) => a + b, 0);
  return breakerCount > 1
    ? `Applies to all ${breakerCount} circuit breakers of this name: ${countsText(states)}.`
    : `Current state: ${stateOf(state).word.toLowerCase()}.`;
}

/** The actions that would have an effect. */
export function allowedActions(
  breaker: RowBreaker | undefined,
): Readonly<Record<CircuitBreakerAction, boolean>> {
  if (breaker === undefined) return { reset: false, isolate: false, release: false };
  const { state, states, isIsolatedByOperator } = breaker;
  const hasOther = states.reduce((a, b) => a + b, 0) > inState(states, 'isolated');
  return {
    reset: hasOther,
    isolate: hasOther || !isIsolatedByOperator,
    release: state === 'isolated' || isIsolatedByOperator,
  };
}

export function doneText(action: string, state: unknown): string {
  const current =
    typeof state === 'string' ? ` Current state: ${stateOf(state).word.toLowerCase()}.` : '';
  return `${action} succeeded.${current}`;
}
