import { type PresetName, presetOf, timeoutVariables } from '../../presets/presets.ts';
import type { PolicyOverrides } from '../types.ts';
import type { PresetSettings } from './preset-settings.ts';
import { upperSnake } from './variable-names.ts';

export type Part = keyof PresetSettings | 'overallTimeout';

/** What the environment says of one member. */
export interface MemberVariables {
  /** Setting: the variables that may give it, the first that is set does. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** The variable that switches the member. */
  readonly enabled?: string;
}

/** Which variables of the environment are asked for a member of a policy. */
export function variablesOf(
  part: Part,
  name: string,
  preset: PresetName,
  { retry }: PolicyOverrides<unknown>,
): MemberVariables {
  const own = upperSnake(name);
  const { variables } = presetOf(preset);
  const each = (names: readonly string[], variable: (name: string) => string) =>
    [own, ...names].map(variable);
  switch (part) {
    case 'circuitBreaker':
      return {
        enabled: 'CIRCUIT_BREAKER_ENABLED',
        values: {
          failures: each(variables, (each) => `CIRCUIT_BREAKER_${each}_FAIL_MAX`),
          openSeconds: each(variables, (each) => `CIRCUIT_BREAKER_${each}_TIMEOUT`),
        },
      };
    case 'retry': {
      const exponential = ((retry || undefined)?.strategy ?? 'exponential') === 'exponential';
      return {
        enabled: 'RETRY_ENABLED',
        values: {
          calls: ['RETRY_MAX_ATTEMPTS'],
          base: ['RETRY_EXPONENTIAL_BASE'],
          minWaitSeconds: ['RETRY_MIN_WAIT'],
          maxWaitSeconds: [...(exponential ? ['RETRY_EXPONENTIAL_MAX'] : []), 'RETRY_MAX_WAIT'],
          jitter: ['RETRY_JITTER'],
        },
      };
    }
    case 'bulkhead':
      return { values: { limit: each(variables, (each) => `BULKHEAD_${each}_LIMIT`) } };
    case 'timeout': {
      const names = timeoutVariables(presetOf(preset));
      return { values: { seconds: each(names, (each) => `TIMEOUT_${each}`) } };
    }
    default:
      return { values: {} };
  }
}
