import type { InferOutput } from 'valibot';
import type { ServiceResponse } from '../client/request.ts';
import type { Breaker, Breakers } from '../client/schemas.ts';
import { ageOf, stateOf, worstFirst } from './breakers.ts';
import { stateCell } from './colors.ts';
import { escapeControls } from './escape.ts';

/** An outage of everything is no reason to fill the screen. */
const SHOWN = 20;

/** Circuits that are not closed, a line each: `servicenow: open for 42s, last error ECONNREFUSED`. */
export function troubleLines({
  value,
  at,
}: ServiceResponse<InferOutput<typeof Breakers>>): string[] {
  const troubled = worstFirst(value.breakers.filter(([, { state }]) => state !== 'closed'));
  const lines = troubled.slice(0, SHOWN).map(([name, breaker]) => lineOf(name, breaker, at));
  const more = troubled.length - lines.length;
  return more === 0 ? lines : [...lines, `  and ${more} more, as \`breakers\` shows`];
}

function lineOf(name: string, breaker: Breaker, now: number): string {
  const [text, paint] = stateCell(breaker.state, stateOf(breaker));
  const age = ageOf(breaker, now);
  const error = breaker.last_error_type;
  return (
    `  ${escapeControls(name)}: ${paint(text)}` +
    (age === undefined ? '' : ` for ${age}`) +
    (error === null ? '' : `, last error ${escapeControls(error)}`)
  );
}
