import { type Preset, type PresetName, presetOf } from '../../presets/presets.ts';
import { POLICIES } from '../../presets/thresholds.ts';
import { ownProperties } from '../../shared/own-properties.ts';
import type {
  BulkheadSettings,
  CircuitBreakerSettings,
  RetrySettings,
  TimeoutSettings,
} from '../types.ts';

/** A preset's settings, in full: what the documents leave open is this package's choice. */
export interface PresetSettings {
  readonly circuitBreaker: CircuitBreakerSettings;
  readonly retry: RetrySettings;
  readonly bulkhead: BulkheadSettings | undefined;
  readonly timeout: TimeoutSettings;
}

export function presetSettingsOf(name: PresetName): PresetSettings {
  const { circuitBreaker, retry, bulkhead, timeout } = ownProperties(presetOf(name));
  return {
    circuitBreaker: breakerSettings(circuitBreaker),
    retry: retrySettings(retry),
    bulkhead: bulkhead && { limit: bulkhead.limit, queue: 0 },
    timeout: { seconds: timeout.seconds, aggressive: true },
  };
}

function breakerSettings(preset: Preset['circuitBreaker']): CircuitBreakerSettings {
  const { failures, openSeconds, grows = false } = ownProperties(preset);
  const { count, sampling, growth } = POLICIES.breaker;
  return {
    kind: 'consecutive',
    failures,
    ratio: count.ratio,
    size: count.size,
    minimumCalls: count.minimumCalls,
    windowSeconds: sampling.windowSeconds,
    minimumCallsPerSecond: sampling.minimumCallsPerSecond,
    openSeconds,
    grows,
    maxOpenSeconds: growth.maxOpenSeconds,
  };
}

function retrySettings(preset: Preset['retry']): RetrySettings {
  const { calls, firstWaitSeconds, base, maxWaitSeconds, jitter, statuses } = ownProperties(preset);
  return {
    calls,
    strategy: 'exponential',
    firstWaitSeconds,
    base,
    minWaitSeconds: 0,
    maxWaitSeconds,
    jitter,
    ...(statuses && { statuses }),
  };
}
