import { assertOptions } from '../../instrument-options.ts';
import { POLICIES } from '../../presets/thresholds.ts';
import { assertLogger } from '../../shared/logger.ts';
import { MAX_TIMER_MS } from '../../shared/timers.ts';
import { expected, ownOptions } from '../../shared/validate.ts';
import {
  assertMilliseconds,
  checkEntries,
  isCheckHolder,
  resolveCheckOptions,
} from '../checks/options.ts';
import type { Check } from '../checks/types.ts';
import type { DependencyOptions, MonitorOptions, Recover } from './types.ts';

const DEPENDENCY_OPTIONS = ['timeout', 'slowAfter', 'interval', 'recover', 'recoverTimeout'];
export const MONITOR_OPTIONS = [
  ...DEPENDENCY_OPTIONS,
  'jitter',
  'initialDelay',
  'maxDelay',
  'alertAfter',
  'onChange',
  'onAlert',
  'logger',
  'meterProvider',
];

/** The settings of one dependency; times in milliseconds. */
export interface MonitorSettings {
  readonly check: Check;
  readonly timeout: number;
  readonly slowAfter: number;
  readonly interval: number;
  readonly jitter: number;
  readonly recover: Recover | undefined;
  readonly recoverTimeout: number;
  readonly initialDelay: number;
  readonly maxDelay: number;
  readonly alertAfter: number;
}

const { interval, jitter } = POLICIES.monitor;
const { reconnect } = POLICIES.retry;

const DEFAULTS = {
  interval: interval.seconds * 1000,
  recoverTimeout: POLICIES.timeout.default.seconds * 1000,
  jitter: jitter.ratio,
  initialDelay: reconnect.firstWaitSeconds * 1000,
  maxDelay: reconnect.maxWaitSeconds * 1000,
  alertAfter: reconnect.attempts,
};

/**
 * Resolves the settings of each dependency.
 *
 * @param options with own members only
 * @throws TypeError that names the argument and what was expected
 */
export function resolveMonitorSettings(
  checks: unknown,
  options: MonitorOptions,
): readonly (readonly [name: string, settings: MonitorSettings])[] {
  const { onChange, onAlert, logger, meterProvider, ...shared } = options;
  assertFunction('options.onChange', onChange);
  assertFunction('options.onAlert', onAlert);
  assertLogger(logger);
  assertOptions({ meterProvider });
  const defaults = { ...resolveTimes('options', options), ...resolveBackoff(options) };
  return checkEntries(checks).map(([name, value]) => {
    if (name.trim() === '') throw expected('the names in `checks` to be non-empty', name);
    const path = `checks[${JSON.stringify(name)}]`;
    if (typeof value === 'function') return [name, { ...defaults, check: value as Check }];
    if (!isCheckHolder(value)) {
      throw expected(`\`${path}\` to be a function, or an object with a function \`check\``, value);
    }
    const { check, ...own } = ownOptions(path, value, ['check', ...DEPENDENCY_OPTIONS]);
    return [name, { ...defaults, ...resolveTimes(path, mergeDefined(shared, own)), check }];
  });
}

/** Overrides options of the monitor with those of a dependency that are not `undefined`. */
function mergeDefined(shared: DependencyOptions, own: DependencyOptions): DependencyOptions {
  const defined = Object.entries(own).filter(([, value]) => value !== undefined);
  return Object.assign(Object.create(null), shared, Object.fromEntries(defined));
}

function resolveTimes(path: string, options: DependencyOptions) {
  const {
    recover,
    interval = DEFAULTS.interval,
    recoverTimeout = DEFAULTS.recoverTimeout,
  } = options;
  assertFunction(`${path}.recover`, recover);
  assertMilliseconds(`${path}.interval`, interval);
  assertMilliseconds(`${path}.recoverTimeout`, recoverTimeout);
  return { ...resolveCheckOptions(path, options), recover, interval, recoverTimeout };
}

function resolveBackoff(options: MonitorOptions) {
  const { jitter = DEFAULTS.jitter, alertAfter = DEFAULTS.alertAfter } = options;
  const { initialDelay = DEFAULTS.initialDelay } = options;
  const { maxDelay = Math.max(DEFAULTS.maxDelay, initialDelay) } = options;
  if (typeof jitter !== 'number' || !(jitter >= 0 && jitter <= 1)) {
    throw expected('`options.jitter` to be a number from 0 to 1', jitter);
  }
  if (!Number.isInteger(alertAfter) || alertAfter < 1) {
    throw expected('`options.alertAfter` to be an integer of at least 1', alertAfter);
  }
  assertMilliseconds('options.initialDelay', initialDelay);
  assertMilliseconds('options.maxDelay', maxDelay);
  if (maxDelay < initialDelay) {
    throw expected(
      `\`options.maxDelay\` to be milliseconds from \`initialDelay\` (${initialDelay}) to ${MAX_TIMER_MS}`,
      maxDelay,
    );
  }
  return { jitter, alertAfter, initialDelay, maxDelay };
}

function assertFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw expected(`\`${option}\` to be a function`, value);
  }
}
