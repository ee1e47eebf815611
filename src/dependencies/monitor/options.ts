import { assertOptions } from '../../instrument-options.ts';
import { POLICIES } from '../../presets/thresholds.ts';
import { assertLogger } from '../../shared/logger.ts';
import { expected, ownOptions } from '../../shared/validate.ts';
import { boundsOf, entriesOf, LONGEST_MS, milliseconds } from '../checks/options.ts';
import type { Check } from '../checks/types.ts';
import type { Dependency, DependencyOptions, MonitorOptions, Recover } from './types.ts';

const OWN = ['timeout', 'slowAfter', 'interval', 'recover', 'recoverTimeout'];
/** Names of the options of a monitor. */
export const OF_MONITOR = [
  ...OWN,
  'jitter',
  'firstWait',
  'longestWait',
  'alertAfter',
  'onChange',
  'onAlert',
  'logger',
  'meterProvider',
];

/** Times are milliseconds. */
export interface MonitorSettings {
  readonly check: Check;
  readonly timeout: number;
  readonly slowAfter: number;
  readonly interval: number;
  readonly jitter: number;
  readonly recover: Recover | undefined;
  readonly recoverTimeout: number;
  readonly firstWait: number;
  readonly longestWait: number;
  readonly alertAfter: number;
}

const { interval, jitter } = POLICIES.monitor;
const { reconnect } = POLICIES.retry;

const DEFAULTS = {
  interval: interval.seconds * 1000,
  recoverTimeout: POLICIES.timeout.default.seconds * 1000,
  jitter: jitter.ratio,
  firstWait: reconnect.firstWaitSeconds * 1000,
  longestWait: reconnect.maxWaitSeconds * 1000,
  alertAfter: reconnect.attempts,
};

/**
 * The settings of each dependency.
 *
 * @param options with own members only
 * @throws TypeError naming the argument and what was expected
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
  const ofAll = { ...timesOf('options', options), ...backoffOf(options) };
  return entriesOf(checks).map(([name, given]) => {
    if (name.trim() === '') throw expected('the names in `checks` to be non-empty', name);
    const path = `checks[${JSON.stringify(name)}]`;
    if (typeof given === 'function') return [name, { ...ofAll, check: given as Check }];
    if (!isDependency(given)) {
      throw expected(`\`${path}\` to be a function, or an object with a function \`check\``, given);
    }
    const { check, ...own } = ownOptions(path, given, ['check', ...OWN]);
    return [name, { ...ofAll, ...timesOf(path, ownDefined(shared, own)), check }];
  });
}

function isDependency(given: unknown): given is Dependency {
  if (typeof given !== 'object' || given === null || !Object.hasOwn(given, 'check')) return false;
  return typeof (given as Partial<Dependency>).check === 'function';
}

/** The options of the monitor with those of a dependency, of which `undefined` takes none away. */
function ownDefined(shared: DependencyOptions, own: DependencyOptions): DependencyOptions {
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  return Object.assign(Object.create(null), shared, Object.fromEntries(given));
}

function timesOf(path: string, options: DependencyOptions) {
  const {
    recover,
    interval = DEFAULTS.interval,
    recoverTimeout = DEFAULTS.recoverTimeout,
  } = options;
  assertFunction(`${path}.recover`, recover);
  return {
    ...boundsOf(path, options),
    recover,
    interval: milliseconds(`${path}.interval`, interval),
    recoverTimeout: milliseconds(`${path}.recoverTimeout`, recoverTimeout),
  };
}

function backoffOf(options: MonitorOptions) {
  const { jitter = DEFAULTS.jitter, alertAfter = DEFAULTS.alertAfter } = options;
  const { firstWait = DEFAULTS.firstWait } = options;
  const { longestWait = Math.max(DEFAULTS.longestWait, firstWait) } = options;
  if (typeof jitter !== 'number' || !(jitter >= 0 && jitter <= 1)) {
    throw expected('`options.jitter` to be a number from 0 to 1', jitter);
  }
  if (!Number.isInteger(alertAfter) || alertAfter < 1) {
    throw expected('`options.alertAfter` to be a whole number above 0', alertAfter);
  }
  milliseconds('options.firstWait', firstWait);
  if (milliseconds('options.longestWait', longestWait) < firstWait) {
    throw expected(
      `\`options.longestWait\` to be milliseconds from ${firstWait}, the first wait, to ${LONGEST_MS}`,
      longestWait,
    );
  }
  return { jitter, alertAfter, firstWait, longestWait };
}

function assertFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw expected(`\`${option}\` to be a function`, value);
  }
}
