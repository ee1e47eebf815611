import { type PresetName, presetOf } from '../presets.ts';
import { POLICIES } from '../thresholds.ts';
import {
  type CircuitBreakerSettings,
  MEMBERS,
  type Origin,
  type PolicyOverrides,
  type PolicySettings,
  type RetrySettings,
  type TimeoutSettings,
} from './types.ts';

export interface Effective<F> {
  readonly enabled: boolean;
  readonly settings: PolicySettings<F>;
  readonly origins: Readonly<Record<string, Origin>>;
}

/** TODO environment and validation */
export function effective<F>(
  _name: string,
  preset: PresetName,
  overrides: PolicyOverrides<F>,
): Effective<F> {
  const base = ofPreset(preset);
  const settings = {
    ...base,
    fallback: overrides.fallback ?? false,
    order: overrides.order ?? base.order,
    handle: overrides.handle,
    handleResult: overrides.handleResult,
  } as Record<string, unknown>;
  for (const part of [
    'circuitBreaker',
    'overallTimeout',
    'retry',
    'bulkhead',
    'timeout',
  ] as const) {
    const own = overrides[part];
    if (own === undefined) continue;
    settings[part] = own && {
      ...(base[part] || ofPreset('default')[part] || (BARE[part as never] as object)),
      ...own,
    };
  }
  return { enabled: true, settings: settings as unknown as PolicySettings<F>, origins: {} };
}

const BARE = { bulkhead: { queue: 0 }, overallTimeout: { aggressive: true } };

export function ofPreset(name: PresetName): PolicySettings {
  const preset = presetOf(name);
  const { failures, openSeconds, grows = false } = preset.circuitBreaker;
  const { calls, firstWaitSeconds, base, maxWaitSeconds, jitter, statuses } = preset.retry;
  const circuitBreaker: CircuitBreakerSettings = {
    kind: 'consecutive',
    failures,
    ratio: 0.5,
    size: 20,
    minimumCalls: 20,
    windowSeconds: 60,
    minimumCallsPerSecond: 1,
    openSeconds,
    grows,
    maxOpenSeconds: POLICIES.breaker.growth.maxOpenSeconds,
  };
  const retry: RetrySettings = {
    calls,
    strategy: 'exponential',
    firstWaitSeconds,
    base,
    minWaitSeconds: 0,
    maxWaitSeconds,
    jitter,
    ...(statuses && { statuses }),
  };
  const timeout: TimeoutSettings = { seconds: preset.timeout.seconds, aggressive: true };
  return {
    fallback: false,
    circuitBreaker,
    overallTimeout: false,
    retry,
    bulkhead: preset.bulkhead ? { limit: preset.bulkhead.limit, queue: 0 } : false,
    timeout,
    order: MEMBERS,
  };
}
