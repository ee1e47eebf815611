import { type Preset, type PresetName, presetOf } from '../../presets/presets.ts';
import { POLICIES } from '../../presets/thresholds.ts';
import { ownProperties } from '../../shared/validate.ts';
import { defaultOptions } from '../members/retry-budget.ts';
import type {
  BulkheadSettings,
  CircuitBreakerSettings,
  RetrySettings,
  TimeoutSettings,
} from '../members/types.ts';

/** All settings of a preset. What the documents leave open is a choice of this package. */
export interface PresetSettings {
  readonly circuitBreaker: CircuitBreakerSettings;
  readonly retry: RetrySettings;
  readonly bulkhead: BulkheadSettings | undefined;
  readonly timeout: TimeoutSettings;
}

const BUDGET = Object.freeze(defaultOptions());

/** The documents and the environment have seconds; settings have milliseconds. */
export const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000);

export function presetSettingsOf(name: PresetName): PresetSettings {
  const { circuitBreaker, retry, bulkhead, timeout } = ownProperties(presetOf(name));
  return {
    circuitBreaker: breakerSettings(circuitBreaker),
    retry: retrySettings(retry),
    bulkhead: bulkhead && { limit: bulkhead.limit, queue: 0 },
    timeout: { duration: toMilliseconds(timeout.seconds), strategy: 'aggressive' },
  };
}

function breakerSettings(preset: Preset['circuitBreaker']): CircuitBreakerSettings {
  const { failures, openSeconds, grows = false } = ownProperties(preset);
  const { count, sampling, growth } = POLICIES.breaker;
  return {
    kind: 'consecutive',
    consecutiveFailures: failures,
    threshold: count.ratio,
    size: count.size,
    minimumNumberOfCalls: count.minimumCalls,
    duration: toMilliseconds(sampling.windowSeconds),
    minimumRps: sampling.minimumCallsPerSecond,
    halfOpenAfter: toMilliseconds(openSeconds),
    exponential: grows,
    maxHalfOpenAfter: toMilliseconds(growth.maxOpenSeconds),
  };
}

function retrySettings(preset: Preset['retry']): RetrySettings {
  const { calls, firstWaitSeconds, base, maxWaitSeconds, jitter, statuses } = ownProperties(preset);
  return {
    calls,
    strategy: 'exponential',
    initialDelay: toMilliseconds(firstWaitSeconds),
    exponent: base,
    minDelay: 0,
    maxDelay: toMilliseconds(maxWaitSeconds),
    jitter,
    budget: BUDGET,
    ...(statuses && { statuses }),
  };
}
