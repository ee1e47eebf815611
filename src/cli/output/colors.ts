import { Ansis } from 'ansis';
import type { State } from '../client/schemas.ts';

/**
 * Colours are only ever beside the word; without a terminal, or with NO_COLOR, there are none. That a
 * build server could show them, which ansis goes by too, says nothing about who reads a pipe.
 */
const ansis = process.stdout.isTTY || 'FORCE_COLOR' in process.env ? new Ansis() : new Ansis(0);

/** Those of the dashboards. */
const STATES: Readonly<Record<State, (text: string) => string>> = {
  isolated: ansis.magenta,
  open: ansis.red.bold,
  half_open: ansis.yellow,
  closed: ansis.green,
};

export function stateCell(state: State, text: string = state): [string, (text: string) => string] {
  return [text, STATES[state]];
}

export const dim = (text: string): string => ansis.dim(text);
export const bad = (text: string): string => ansis.red(text);
export const good = (text: string): string => ansis.green(text);
export const warning = (text: string): string => ansis.yellow(text);
export const painted = (state: State): string => STATES[state](state);
