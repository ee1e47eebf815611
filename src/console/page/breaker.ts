import type { RowBreaker } from '../protocol/messages.ts';
import { age } from './format.ts';
import { countsText } from './states.ts';

/** What there is to say of the circuit breakers of a name, beside their state. */
export function breakerText(breaker: RowBreaker, at: number): string {
  const { state, since, states, failures, failureLimit, nextProbeAt, lastErrorType } = breaker;
  const all = states.reduce((a, b) => a + b, 0);
  const parts: string[] = [];
  if (all > 1) {
    parts.push(countsText(states));
  }
  if (since !== null) parts.push(`for ${age(at - since)}`);
  if (state === 'open' && nextProbeAt !== null) {
    parts.push(nextProbeAt > at ? `next try in ${age(nextProbeAt - at)}` : 'next call is a try');
  }
  if (state === 'isolated') parts.push(breaker.held ? 'by hand' : 'by code');
  // Of what is open, the count only says that it was enough.
  if (failures !== null && failures > 0 && state === 'closed') {
    const limit = failureLimit === null ? '' : ` of ${failureLimit}`;
    parts.push(`${failures}${limit} ${failures === 1 && limit === '' ? 'failure' : 'failures'}`);
  }
  if (lastErrorType !== null && state !== 'closed') parts.push(lastErrorType);
  return parts.join(' · ');
}
