import { VARIABLES } from '../../presets/environment-variables.ts';
import { documentedName, type EnvironmentValues, variableFor } from './environment.ts';

/** A variable that applies to policies of one name. */
export interface NamedVariable {
  readonly variable: string;
  /** The name in the variable, such as `MY_SERVICE`. */
  readonly name: string;
  readonly setting: string;
  readonly value: number | boolean;
}

const SWITCHES: Readonly<Record<string, string>> = { circuitBreaker: 'CIRCUIT_BREAKER_ENABLED' };

/** Finds the variables for names of policies, except those of members that are turned off. */
export function namedVariables(environment: EnvironmentValues): NamedVariable[] {
  const isOff = (name: string) => environment[variableFor(environment, name) ?? ''] === false;
  if (isOff('RESILIENCE_ENABLED')) return [];
  return Object.entries(environment).flatMap(([variable, value]) => {
    const documented = documentedName(variable);
    if (variableFor(environment, documented) !== variable) return [];
    for (const [known, { sets: setting }] of Object.entries(VARIABLES)) {
      const [before = '', after] = known.split('<NAME>');
      if (after === undefined) continue;
      if (!documented.startsWith(before) || !documented.endsWith(after)) continue;
      const [member = ''] = setting.split('.');
      if (isOff(SWITCHES[member] ?? '')) return [];
      const name = documented.slice(before.length, documented.length - after.length);
      return [{ variable, name, setting, value }];
    }
    return [];
  });
}
