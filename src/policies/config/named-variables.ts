import { VARIABLES } from '../../presets/environment-variables.ts';
import { type Configuration, documentedName, variableFor } from './environment.ts';

/** A variable for policies of a name, and what it sets in them. */
export interface NamedVariable {
  readonly variable: string;
  /** As it stands in the variable. */
  readonly name: string;
  readonly setting: string;
  readonly value: number | boolean;
}

const SWITCHES: Readonly<Record<string, string>> = { circuitBreaker: 'CIRCUIT_BREAKER_ENABLED' };

/** The variables that are set for policies of a name; not those of a member that is switched off. */
export function namedVariables(environment: Configuration): NamedVariable[] {
  const isOff = (name: string) => environment[variableFor(environment, name) ?? ''] === false;
  if (isOff('RESILIENCE_ENABLED')) return [];
  return Object.entries(environment).flatMap(([variable, value]) => {
    const given = documentedName(variable);
    if (variableFor(environment, given) !== variable) return [];
    for (const [known, { sets: setting }] of Object.entries(VARIABLES)) {
      const [before = '', after] = known.split('<NAME>');
      if (after === undefined) continue;
      if (!given.startsWith(before) || !given.endsWith(after)) continue;
      const [member = ''] = setting.split('.');
      if (isOff(SWITCHES[member] ?? '')) return [];
      const name = given.slice(before.length, given.length - after.length);
      return [{ variable, name, setting, value }];
    }
    return [];
  });
}
