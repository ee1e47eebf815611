import { assertName, assertOptions } from '../../instrument-options.ts';
import { expected, ownOptions } from '../../shared/validate.ts';
import {
  assertDelays,
  assertMilliseconds,
  DEFAULT_INITIAL_DELAY,
  DEFAULT_MAX_DELAY,
} from './reconnect-delay.ts';
import type { ConnectionAdapter, ConnectionAlert, SuperviseOptions } from './types.ts';

const OPTIONS = [
  'probe',
  'connectTimeout',
  'initialDelay',
  'maxDelay',
  'alertAfter',
  'stableFor',
  'onAlert',
  'meterProvider',
];

/** The settings of a supervisor; times in milliseconds. */
export interface SupervisorSettings {
  readonly probeInterval: number;
  readonly probeTimeout: number;
  readonly connectTimeout: number;
  readonly initialDelay: number;
  readonly maxDelay: number;
  readonly alertAfter: number;
  readonly stableFor: number;
  readonly onAlert: ((alert: ConnectionAlert) => unknown) | undefined;
}

/** @throws TypeError that names the option, what was expected and what was received */
export function resolveSettings(
  name: unknown,
  adapter: unknown,
  options: SuperviseOptions,
): SupervisorSettings {
  assertName(name);
  assertAdapter(adapter);
  const own = ownOptions('options', options, OPTIONS);
  const probe = ownOptions('options.probe', own.probe ?? {}, ['interval', 'timeout']);
  const { interval: probeInterval = 5000, timeout: probeTimeout = 1000 } = probe;
  const { connectTimeout = 10_000, alertAfter = 10, stableFor = 5000, onAlert } = own;
  const { initialDelay = DEFAULT_INITIAL_DELAY } = own;
  const { maxDelay = Math.max(DEFAULT_MAX_DELAY, initialDelay) } = own;
  assertMilliseconds('options.probe.interval', probeInterval);
  assertMilliseconds('options.probe.timeout', probeTimeout);
  assertMilliseconds('options.connectTimeout', connectTimeout);
  assertMilliseconds('options.stableFor', stableFor, 0);
  assertDelays(initialDelay, maxDelay);
  if (!Number.isInteger(alertAfter) || alertAfter < 1) {
    throw expected('`options.alertAfter` to be an integer of at least 1', alertAfter);
  }
  if (onAlert !== undefined) assertFunction('options.onAlert', onAlert);
  assertOptions({ meterProvider: own.meterProvider });
  return {
    probeInterval,
    probeTimeout,
    connectTimeout,
    initialDelay,
    maxDelay,
    alertAfter,
    stableFor,
    onAlert,
  };
}

function assertAdapter(adapter: unknown): asserts adapter is ConnectionAdapter<unknown> {
  const methods = ['current', 'listen', 'probe', 'cut', 'revive'];
  const isAdapter =
    typeof adapter === 'object' &&
    adapter !== null &&
    methods.every((method) => typeof (adapter as Record<string, unknown>)[method] === 'function');
  if (!isAdapter) {
    throw expected(`\`adapter\` to have methods ${methods.join(', ')}`, adapter);
  }
}

/** @throws TypeError if the client lacks a method that its adapter needs */
export function assertMethods(argument: string, value: unknown, methods: readonly string[]): void {
  const holder = value as Record<string, unknown> | null | undefined;
  const missing = methods.find((method) => typeof holder?.[method] !== 'function');
  if (missing !== undefined)
    throw expected(`\`${argument}\` to have a method \`${missing}\``, value);
}

/** @throws TypeError if the argument is no function */
export function assertFunction(argument: string, value: unknown): void {
  if (typeof value !== 'function') throw expected(`\`${argument}\` to be a function`, value);
}
