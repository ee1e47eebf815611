import { type PresetName, presetOf } from '../../presets/presets.ts';
import { ownProperties } from '../../shared/validate.ts';
import { totalDuration } from '../members/retry-backoff.ts';
import {
  MEMBERS,
  type PolicyOverrides,
  type PolicySettings,
  type SettingOrigin,
  type TimeoutSettings,
} from '../members/types.ts';
import {
  type EnvironmentValues,
  isPrefixed,
  readEnvironment,
  variableFor,
  warnOfIgnored,
} from './environment.ts';
import { presetSettingsOf } from './preset-settings.ts';
import { type MemberVariables, type Part, variablesOf } from './setting-variables.ts';
import { assertNoConflicts } from './settings-conflicts.ts';
import { assertOverrides, assertPreset } from './validate.ts';

export interface ResolvedSettings<F> {
  /** `false`: the policy is a pass-through. */
  readonly enabled: boolean;
  readonly settings: PolicySettings<F>;
  readonly origins: Readonly<Record<string, SettingOrigin>>;
}

type Values = Record<string, unknown>;

const FROM_CODE: SettingOrigin = { from: 'code' };
const FROM_PRESET: SettingOrigin = { from: 'preset' };

const PARTS: readonly Part[] = ['circuitBreaker', 'overallTimeout', 'retry', 'bulkhead', 'timeout'];

/** First settings of a member that its preset does not have. */
const INITIAL: Partial<Record<Part, Values>> = {
  bulkhead: { queue: 0 },
  overallTimeout: { strategy: 'aggressive' },
};

/**
 * Resolves each setting: code takes precedence over the environment, and the environment over the preset.
 *
 * @throws TypeError that lists everything that is wrong in the arguments or in the environment
 */
export function resolveSettings<F>(
  name: string,
  preset: PresetName,
  overrides: PolicyOverrides<F>,
  environment: EnvironmentValues = readEnvironment(),
): ResolvedSettings<F> {
  assertPreset(preset);
  assertOverrides(overrides);
  const own = ownOverrides(overrides);
  const origins: Record<string, SettingOrigin> = {};
  const members: Values = {};
  for (const part of PARTS) {
    members[part] = resolveMember({ part, name, preset, overrides: own, environment, origins });
  }
  for (const option of ['fallback', 'handle', 'handleResult'] as const) {
    if (own[option] !== undefined) origins[option] = FROM_CODE;
  }
  origins['order'] = own.order ? FROM_CODE : FROM_PRESET;
  const settings = {
    ...members,
    fallback: own.fallback ?? false,
    handle: own.handle,
    handleResult: own.handleResult,
    order: Object.freeze([...(own.order ?? MEMBERS)]),
  } as unknown as PolicySettings<F>;
  assertNoConflicts(settings, origins);
  const overallTimeout =
    own.overallTimeout === undefined ? presetOverallTimeout(preset, settings) : undefined;
  if (overallTimeout) {
    delete origins['overallTimeout'];
    origins['overallTimeout.duration'] = FROM_PRESET;
    origins['overallTimeout.strategy'] = FROM_PRESET;
  }
  return {
    enabled: environment[variableFor(environment, 'RESILIENCE_ENABLED') ?? ''] !== false,
    settings: Object.freeze({ ...settings, ...(overallTimeout && { overallTimeout }) }),
    origins: Object.freeze(origins),
  };
}

/** Computed from the other settings, so that it leaves time for all attempts that they allow. */
function presetOverallTimeout(
  preset: PresetName,
  { retry, timeout, order }: PolicySettings,
): TimeoutSettings | undefined {
  if (!presetOf(preset).hasOverallTimeout || !retry || !timeout) return undefined;
  if (!order.includes('overallTimeout')) return undefined;
  const duration = totalDuration(retry, timeout.duration);
  return Object.freeze({ duration, strategy: 'aggressive' });
}

interface MemberSources {
  readonly part: Part;
  readonly name: string;
  readonly preset: PresetName;
  readonly overrides: PolicyOverrides<unknown>;
  readonly environment: EnvironmentValues;
  /** Receives the origin of each setting. */
  readonly origins: Record<string, SettingOrigin>;
}

/** @returns `false` if the stack does not have the member */
function resolveMember(sources: MemberSources): false | object {
  const { part, name, preset, overrides, environment, origins } = sources;
  const { values, enabled } = variablesOf(part, name, preset, overrides);
  const own = overrides[part];
  const withoutMember = (origin: SettingOrigin): false => {
    origins[part] = origin;
    return false;
  };
  if (own === false) return withoutMember(FROM_CODE);
  const switchVariable = enabled && variableFor(environment, enabled);
  if (switchVariable && environment[switchVariable] === false) {
    return withoutMember({ from: 'environment', variable: switchVariable });
  }
  const fromEnvironment = variablesSet(values, environment);
  const fromPreset: object | undefined =
    part === 'overallTimeout' ? undefined : presetSettingsOf(preset)[part];
  if (fromPreset === undefined && own === undefined && fromEnvironment.length === 0) {
    return withoutMember(FROM_PRESET);
  }
  // Without a prototype, a polluted `Object.prototype` cannot add settings.
  const settings: Values = Object.create(null);
  const set = (setting: string, value: unknown, origin: SettingOrigin) => {
    settings[setting] = Array.isArray(value) ? Object.freeze([...value]) : value;
    origins[`${part}.${setting}`] = origin;
  };
  for (const [setting, value] of Object.entries(fromPreset ?? INITIAL[part] ?? {})) {
    set(setting, value, FROM_PRESET);
  }
  for (const { setting, variable, value } of fromEnvironment) {
    set(setting, value, { from: 'environment', variable });
  }
  for (const [setting, value] of Object.entries(own ?? {})) {
    if (value !== undefined) set(setting, value, FROM_CODE);
  }
  if (part === 'retry') alignDelayLimits(settings, fromPreset as Values | undefined, origins, set);
  return Object.freeze(settings);
}

function variablesSet(values: MemberVariables['values'], environment: EnvironmentValues) {
  return Object.entries(values).flatMap(([setting, names]) => {
    const variable = names
      .map((documented) => variableFor(environment, documented))
      .find((found) => found !== undefined);
    return variable === undefined ? [] : [{ setting, variable, value: environment[variable] }];
  });
}

/** Resolves a `minDelay` above `maxDelay`, unless `assertNoConflicts` must reject it. */
function alignDelayLimits(
  settings: Values,
  preset: Values = {},
  origins: Readonly<Record<string, SettingOrigin>>,
  set: (setting: string, value: unknown, origin: SettingOrigin) => void,
): void {
  const areCrossed = () => Number(settings['minDelay']) > Number(settings['maxDelay']);
  const minOrigin = origins['retry.minDelay'];
  // A preset does not limit what the environment sets.
  if (
    areCrossed() &&
    minOrigin?.from === 'environment' &&
    origins['retry.maxDelay']?.from === 'preset'
  ) {
    set('maxDelay', settings['minDelay'], minOrigin);
  }
  // A variable without the prefix may belong to another program, so it must not cause an error.
  for (const setting of ['minDelay', 'maxDelay']) {
    const origin = origins[`retry.${setting}`];
    if (!areCrossed() || origin?.from !== 'environment' || isPrefixed(origin.variable)) continue;
    const seconds = Number(settings[setting]) / 1000;
    warnOfIgnored([
      `Expected ${origin.variable} to fit the other limit of the delay, got ${seconds}`,
    ]);
    set(setting, preset[setting], FROM_PRESET);
  }
}

function ownOverrides<F>(overrides: PolicyOverrides<F>): PolicyOverrides<F> {
  const own = ownProperties(overrides) as Values;
  for (const part of PARTS) {
    const member = own[part];
    if (typeof member === 'object' && member !== null) own[part] = ownProperties(member);
  }
  return own as PolicyOverrides<F>;
}
