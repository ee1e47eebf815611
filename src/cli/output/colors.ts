import { Ansis } from 'ansis';
import type { CircuitBreakerState } from '../../semconv/attributes.ts';

/**
 * Colors accompany words and carry no information alone. They need a terminal or FORCE_COLOR, and
 * NO_COLOR switches them off. By itself, ansis would also color the output on CI servers, where a pipe
 * may end in a file.
 */
const ansis = process.stdout.isTTY || 'FORCE_COLOR' in process.env ? new Ansis() : new Ansis(0);

/** The colors of the dashboards. */
const STATE_COLORS: Readonly<Record<CircuitBreakerState, (text: string) => string>> = {
  isolated: ansis.magenta,
  open: ansis.red.bold,
  half_open: ansis.yellow,
  closed: ansis.green,
};

/** A table cell in the color of the state. */
export function toStateCell(
  state: CircuitBreakerState,
  text: string = state,
): [text: string, colorize: (text: string) => string] {
  return [text, STATE_COLORS[state]];
}

export const dim = (text: string): string => ansis.dim(text);
export const bad = (text: string): string => ansis.red(text);
export const good = (text: string): string => ansis.green(text);
export const warning = (text: string): string => ansis.yellow(text);
export const coloredState = (state: CircuitBreakerState): string => STATE_COLORS[state](state);
