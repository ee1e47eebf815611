import type { RowBreaker } from '../protocol/messages.ts';
import { age } from './format.ts';
import { countsText } from './states.ts';

/** Describes the circuit breakers of a name, besides their state. */
export function breakerText(breaker: RowBreaker, at: number): string {
  const { state, since, states, failures, failureLimit, nextProbeAt, lastErrorType } = breaker;
  const breakerCount = states.reduce((a, b) => a + b, 0);
  const parts: string[] = [];
  if (breakerCount > 1) parts.push(countsText(states));
  if (since !== null) parts.push(`for ${age(at - since)}`);
  if (state === 'open' && nextProbeAt !== null) {
    parts.push(
      nextProbeAt > at ? `next probe in ${age(nextProbeAt - at)}` : 'next call is a probe',
    );
  }
  if (state === 'isolated') parts.push(breaker.isIsolatedByOperator ? 'by an operator' : 'by code');
  // An open circuit has no informative count: it reached the limit.
  if (failures !== null && failures > 0 && state === 'closed') {
    const limit = failureLimit === null ? '' : ` of ${failureLimit}`;
    parts.push(`${failures}${limit} ${failures === 1 && limit === '' ? 'failure' : 'failures'}`);
  }
  if (lastErrorType !== null && state !== 'closed') parts.push(lastErrorType);
  return parts.join(' · ');
}
