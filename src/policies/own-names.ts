import { VARIABLES } from '../presets/variables.ts';
import type { Configuration } from './configuration.ts';

/** A variable for policies of a name, and what it sets in them. */
export interface OwnVariable {
  readonly variable: string;
  /** As it stands in the variable. */
  readonly name: string;
  readonly setting: string;
  readonly value: number | boolean;
}

const SWITCHES: Readonly<Record<string, string>> = { circuitBreaker: 'CIRCUIT_BREAKER_ENABLED' };

/** The variables that are set for policies of a name; not those of a member that is switched off. */
export function ownVariables(environment: Configuration): OwnVariable[] {
  if (environment['RESILIENCE_ENABLED'] === false) return [];
  return Object.entries(environment).flatMap(([variable, value]) => {
    for (const [known, { sets: setting }] of Object.entries(VARIABLES)) {
      const [before = '', after] = known.split('<NAME>');
      if (after === undefined) continue;
      if (!variable.startsWith(before) || !variable.endsWith(after)) continue;
      const [member = ''] = setting.split('.');
      if (environment[SWITCHES[member] ?? ''] === false) return [];
      const name = variable.slice(before.length, variable.length - after.length);
      return [{ variable, name, setting, value }];
    }
    return [];
  });
}
