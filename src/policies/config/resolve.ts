import { type PresetName, presetOf } from '../../presets/presets.ts';
import { ownProperties } from '../../shared/own-properties.ts';
import { totalSeconds } from '../retry-backoff.ts';
import {
  MEMBERS,
  type Origin,
  type PolicyOverrides,
  type PolicySettings,
  type TimeoutSettings,
} from '../types.ts';
import {
  type Configuration,
  configuration,
  isPrefixed,
  variableFor,
  warnOfIgnored,
} from './environment.ts';
import { presetSettingsOf } from './preset-settings.ts';
import { type MemberVariables, type Part, variablesOf } from './setting-variables.ts';
import { assertNoConflicts } from './settings-conflicts.ts';
import { assertOverrides, assertPreset } from './validate.ts';

export interface ResolvedSettings<F> {
  /** `false`: every call goes straight through. */
  readonly enabled: boolean;
  readonly settings: PolicySettings<F>;
  readonly origins: Readonly<Record<string, Origin>>;
}

type Values = Record<string, unknown>;

const PARTS: readonly Part[] = ['circuitBreaker', 'overallTimeout', 'retry', 'bulkhead', 'timeout'];

/**
 * Code before environment before preset, setting by setting.
 *
 * @throws TypeError naming everything that is wrong in the arguments, or in the environment
 */
export function resolveSettings<F>(
  name: string,
  preset: PresetName,
  given: PolicyOverrides<F>,
  environment: Configuration = configuration(),
): ResolvedSettings<F> {
  assertPreset(preset);
  assertOverrides(given);
  const overrides = ownOverrides(given);
  const origins: Record<string, Origin> = {};
  const fromCode: Origin = { from: 'code' };
  const settings: Values = {};
  for (const part of PARTS) {
    const { values, enabled } = variablesOf(part, name, preset, overrides);
    settings[part] = partOf(part, values, enabled);
  }
  for (const other of ['fallback', 'handle', 'handleResult'] as const) {
    if (overrides[other] !== undefined) origins[other] = fromCode;
  }
  origins['order'] = { from: overrides.order ? 'code' : 'preset' };
  const all = {
    ...settings,
    fallback: overrides.fallback ?? false,
    handle: overrides.handle,
    handleResult: overrides.handleResult,
    order: Object.freeze([...(overrides.order ?? MEMBERS)]),
  } as unknown as PolicySettings<F>;
  assertNoConflicts(all, origins);
  const overallTimeout = presetOverallTimeout();
  return {
    enabled: environment[variableFor(environment, 'RESILIENCE_ENABLED') ?? ''] !== false,
    settings: Object.freeze({ ...all, ...(overallTimeout && { overallTimeout }) }),
    origins: Object.freeze(origins),
  };

  /** From the settings in force, so that it never cuts off the attempts that they allow. */
  function presetOverallTimeout(): TimeoutSettings | undefined {
    const { retry, timeout, order } = all;
    const isSet = overrides.overallTimeout !== undefined || !presetOf(preset).hasOverallTimeout;
    if (isSet || !retry || !timeout || !order.includes('overallTimeout')) return undefined;
    delete origins['overallTimeout'];
    origins['overallTimeout.seconds'] = { from: 'preset' };
    origins['overallTimeout.aggressive'] = { from: 'preset' };
    return Object.freeze({ seconds: totalSeconds(retry, timeout.seconds), aggressive: true });
  }

  function partOf(part: Part, values: MemberVariables['values'], enabled?: string): unknown {
    const own = overrides[part];
    if (own === false) return off(fromCode);
    const first = (names: readonly string[]) =>
      names.map((each) => variableFor(environment, each)).find((each) => each !== undefined);
    const offBy = first(enabled ? [enabled] : []);
    if (offBy !== undefined && environment[offBy] === false) {
      return off({ from: 'environment', variable: offBy });
    }
    const variablesSet = Object.entries(values).flatMap(([setting, names]) => {
      const variable = first(names);
      return variable === undefined ? [] : [{ setting, variable, value: environment[variable] }];
    });
    const base = baseFor(part, preset);
    if (base === undefined && own === undefined && variablesSet.length === 0) {
      return off({ from: 'preset' });
    }
    // What is not set must stay so, whatever `Object.prototype` has.
    const merged: Values = Object.create(null);
    const set = (setting: string, value: unknown, origin: Origin) => {
      merged[setting] = Array.isArray(value) ? Object.freeze([...value]) : value;
      origins[`${part}.${setting}`] = origin;
    };
    for (const [setting, value] of Object.entries(base ?? BARE[part] ?? {})) {
      set(setting, value, { from: 'preset' });
    }
    for (const { setting, variable, value } of variablesSet) {
      set(setting, value, { from: 'environment', variable });
    }
    for (const [setting, value] of Object.entries(own ?? {})) {
      if (value !== undefined) set(setting, value, fromCode);
    }
    if (part === 'retry') settleWaits(merged, base as Values | undefined, set);
    return Object.freeze(merged);

    function settleWaits(waits: Values, preset: Values = {}, change: typeof set): void {
      const isCrossed = () => Number(waits['minWaitSeconds']) > Number(waits['maxWaitSeconds']);
      // A preset may not forbid a wait that the environment wants.
      const least = origins['retry.minWaitSeconds'];
      if (
        isCrossed() &&
        least?.from === 'environment' &&
        origins['retry.maxWaitSeconds']?.from === 'preset'
      ) {
        change('maxWaitSeconds', waits['minWaitSeconds'], least);
      }
      // Without the prefix a variable may belong to another program, and must not be an error.
      for (const setting of ['minWaitSeconds', 'maxWaitSeconds']) {
        const origin = origins[`retry.${setting}`];
        if (!isCrossed() || origin?.from !== 'environment' || isPrefixed(origin.variable)) continue;
        warnOfIgnored([
          `Expected ${origin.variable} to fit the other limit of the wait, got ${waits[setting]}`,
        ]);
        change(setting, preset[setting], { from: 'preset' });
      }
    }

    function off(origin: Origin): false {
      origins[part] = origin;
      return false;
    }
  }
}

function ownOverrides<F>(given: PolicyOverrides<F>): PolicyOverrides<F> {
  const overrides = ownProperties(given) as Values;
  for (const part of PARTS) {
    const own = overrides[part];
    if (typeof own === 'object' && own !== null) overrides[part] = ownProperties(own);
  }
  return overrides as PolicyOverrides<F>;
}

/** What a member begins with that its preset has not. */
const BARE: Partial<Record<Part, Values>> = {
  bulkhead: { queue: 0 },
  overallTimeout: { aggressive: true },
};

function baseFor(part: Part, preset: PresetName): object | undefined {
  return part === 'overallTimeout' ? undefined : presetSettingsOf(preset)[part];
}
