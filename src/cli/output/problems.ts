import type { BreakersResponse, BreakerView } from '../../operations/contract.ts';
import { escapeControls } from '../../shared/escape-controls.ts';
import type { ServiceResponse } from '../client/request.ts';
import { formatAge, formatState, sortWorstFirst } from './breakers.ts';
import { toStateCell } from './colors.ts';

/** An outage of everything must not fill the screen. */
const MAX_LINES = 20;

/** A line for each circuit that is not closed: `servicenow: open for 42s, last error ECONNREFUSED`. */
export function toProblemLines({ value, at }: ServiceResponse<BreakersResponse>): string[] {
  const notClosed = sortWorstFirst(value.breakers.filter(([, { state }]) => state !== 'closed'));
  const lines = notClosed.slice(0, MAX_LINES).map(([name, breaker]) => toLine(name, breaker, at));
  const more = notClosed.length - lines.length;
  return more === 0 ? lines : [...lines, `  and ${more} more; \`breakers\` lists all`];
}

function toLine(name: string, breaker: BreakerView, now: number): string {
  const [text, colorize] = toStateCell(breaker.state, formatState(breaker));
  const age = formatAge(breaker, now);
  const error = breaker.last_error_type;
  return (
    `  ${escapeControls(name)}: ${colorize(text)}` +
    (age === undefined ? '' : ` for ${age}`) +
    (error === null ? '' : `, last error ${escapeControls(error)}`)
  );
}
