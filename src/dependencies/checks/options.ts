import { LIMITS, POLICIES } from '../../presets/thresholds.ts';
import { MAX_TIMER_MS } from '../../shared/timers.ts';
import { expected } from '../../shared/validate.ts';
import type { Check, CheckOptions, Checks } from './types.ts';

/** @throws TypeError that names the argument and what was expected */
export function assertChecks(checks: unknown): asserts checks is Checks {
  for (const [name, check] of checkEntries(checks)) {
    if (typeof check !== 'function' && !isCheckHolder(check)) {
      throw expected(`\`checks[${JSON.stringify(name)}]\` to be a function`, check);
    }
  }
}

/** Whether a value is an object with its own function `check`. */
export function isCheckHolder(value: unknown): value is { readonly check: Check } {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'check')) return false;
  return typeof (value as { check?: unknown }).check === 'function';
}

/**
 * The names and values of `checks`.
 *
 * @throws TypeError if `checks` is no object
 */
export function checkEntries(checks: unknown): readonly [name: string, value: unknown][] {
  if (typeof checks !== 'object' || checks === null || Array.isArray(checks)) {
    throw expected('`checks` to be an object of functions', checks);
  }
  return Object.entries(checks);
}

/** @throws TypeError that names the option and what was expected */
export function assertMilliseconds(option: string, value: unknown, min = 1): void {
  if (typeof value !== 'number' || !(value >= min && value <= MAX_TIMER_MS)) {
    throw expected(`\`${option}\` to be milliseconds from ${min} to ${MAX_TIMER_MS}`, value);
  }
}

/** @throws TypeError that names the option and what was expected */
export function resolveCheckOptions(
  path: string,
  {
    timeout = POLICIES.monitor.timeout.seconds * 1000,
    slowAfter = LIMITS.healthCheck.seconds * 1000,
  }: CheckOptions,
): Required<CheckOptions> {
  assertMilliseconds(`${path}.timeout`, timeout);
  assertMilliseconds(`${path}.slowAfter`, slowAfter, 0);
  return { timeout, slowAfter };
}
