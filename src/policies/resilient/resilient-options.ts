import { assertKeys, expected, ownProperties } from '../../shared/validate.ts';
import type { PolicyForOptions } from '../stack/registry.ts';

/**
 * Options of `resilient` and `resilientMethod`. `A` are the arguments of the wrapped function.
 *
 * @example
 * const options: ResilientOptions<never, [baseUrl: string]> = { key: (baseUrl) => baseUrl, preset: 'apiClient' };
 */
export interface ResilientOptions<F = never, A extends readonly unknown[] = never>
  extends Omit<PolicyForOptions<F>, 'key'> {
  /**
   * The key of the policy, or a function that derives it from the arguments of a call.
   * @default no key
   */
  readonly key?: string | ((...args: A) => string) | undefined;
}

const OPTIONS = ['key', 'preset', 'overrides'];

/** @throws TypeError that names the option and what was expected */
export function assertResilientOptions(options: unknown): asserts options is object {
  assertKeys('options', options, OPTIONS);
  const { key } = ownProperties(options as { key?: unknown });
  if (key !== undefined && typeof key !== 'string' && typeof key !== 'function') {
    throw expected('`options.key` to be a string or a function', key);
  }
}
