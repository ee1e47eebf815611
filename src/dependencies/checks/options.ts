import { LIMITS, POLICIES } from '../../presets/thresholds.ts';
import { expected } from '../../shared/validate.ts';
import type { CheckOptions, Checks } from './types.ts';

/** The longest that a timer of Node can wait. */
export const LONGEST_MS = 2 ** 31 - 1;

/** @throws TypeError naming the argument and what was expected */
export function assertChecks(checks: unknown): asserts checks is Checks {
  for (const [name, check] of entriesOf(checks)) {
    if (typeof check !== 'function') {
      throw expected(`\`checks[${JSON.stringify(name)}]\` to be a function`, check);
    }
  }
}

/** @throws TypeError if it is not what has entries by name */
export function entriesOf(checks: unknown): readonly [string, unknown][] {
  if (typeof checks !== 'object' || checks === null || Array.isArray(checks)) {
    throw expected('`checks` to be an object of functions', checks);
  }
  return Object.entries(checks);
}

/** @throws TypeError naming the option and what was expected */
export function milliseconds(option: string, value: unknown, least = 1): number {
  if (typeof value !== 'number' || !(value >= least && value <= LONGEST_MS)) {
    throw expected(`\`${option}\` to be milliseconds from ${least} to ${LONGEST_MS}`, value);
  }
  return value;
}

/** The bounds of a check, in milliseconds. @throws TypeError naming the option */
export function boundsOf(
  path: string,
  {
    timeout = POLICIES.monitor.timeout.seconds * 1000,
    slowAfter = LIMITS.healthCheck.seconds * 1000,
  }: CheckOptions,
): Required<CheckOptions> {
  return {
    timeout: milliseconds(`${path}.timeout`, timeout),
    slowAfter: milliseconds(`${path}.slowAfter`, slowAfter, 0),
  };
}
