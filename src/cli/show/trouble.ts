import type { InferOutput } from 'valibot';
import type { Breaker, Breakers } from '../service/answers.ts';
import type { Answer } from '../service/ask.ts';
import { ageOf, stateOf, worstFirst } from './breakers.ts';
import { harmless } from './harmless.ts';
import { stateCell } from './paint.ts';

/** An outage of everything is no reason to fill the screen. */
const SHOWN = 20;

/** Circuits that are not closed, a line each: `servicenow: open for 42s, last error ECONNREFUSED`. */
export function troubleLines({ value, at }: Answer<InferOutput<typeof Breakers>>): string[] {
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
    `  ${harmless(name)}: ${paint(text)}` +
    (age === undefined ? '' : ` for ${age}`) +
    (error === null ? '' : `, last error ${harmless(error)}`)
  );
}
