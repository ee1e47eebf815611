import { type PresetName, presetOf, timeoutVariables } from '../../presets/presets.ts';
import type { PolicyOverrides } from '../members/types.ts';
import type { PresetSettings } from './preset-settings.ts';
import { upperSnake } from './variable-names.ts';

export type Part = keyof PresetSettings | 'overallTimeout';

/** The environment variables of one member. */
export interface MemberVariables {
  /** By setting: its variables; the first that is set applies. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** The variable that turns the member on or off. */
  readonly enabled?: string;
}

/** The environment variables for a member of a policy. */
export function variablesOf(
  part: Part,
  name: string,
  preset: PresetName,
  { retry }: PolicyOverrides<unknown>,
): MemberVariables {
  const own = upperSnake(name);
  const { variables } = presetOf(preset);
  const forNames = (names: readonly string[], variable: (name: string) => string) =>
    [own, ...names].map(variable);
  switch (part) {
    case 'circuitBreaker':
      return {
        enabled: 'CIRCUIT_BREAKER_ENABLED',
        values: {
          consecutiveFailures: forNames(variables, (named) => `CIRCUIT_BREAKER_${named}_FAIL_MAX`),
          halfOpenAfter: forNames(variables, (named) => `CIRCUIT_BREAKER_${named}_TIMEOUT`),
        },
      };
    case 'retry': {
      const isExponential = ((retry || undefined)?.strategy ?? 'exponential') === 'exponential';
      return {
        enabled: 'RETRY_ENABLED',
        values: {
          calls: ['RETRY_MAX_ATTEMPTS'],
          exponent: ['RETRY_EXPONENTIAL_BASE'],
          minDelay: ['RETRY_MIN_WAIT'],
          maxDelay: [...(isExponential ? ['RETRY_EXPONENTIAL_MAX'] : []), 'RETRY_MAX_WAIT'],
          jitter: ['RETRY_JITTER'],
        },
      };
    }
    case 'bulkhead':
      return { values: { limit: forNames(variables, (named) => `BULKHEAD_${named}_LIMIT`) } };
    case 'timeout': {
      const names = timeoutVariables(presetOf(preset));
      return { values: { duration: forNames(names, (named) => `TIMEOUT_${named}`) } };
    }
    default:
      return { values: {} };
  }
}
