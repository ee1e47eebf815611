import { assertName } from '../../instrument-options.ts';
import { POLICIES } from '../../presets/thresholds.ts';
import { MAX_TIMER_MS } from '../../shared/timers.ts';
import { assertKeys, expected, ownProperties } from '../../shared/validate.ts';
import { toMilliseconds } from '../config/preset-settings.ts';
import type { GatherOptions, Parts } from './types.ts';

const OPTIONS = ['name', 'timeout', 'minimum', 'signal', 'policies', 'meterProvider'];

export interface GatherSettings {
  readonly name: string;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly minimum: number | readonly string[];
}

/** @throws TypeError that names the argument and what was expected */
export function assertParts(parts: unknown): asserts parts is Parts {
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts)) {
    throw expected('`parts` to be an object of functions', parts);
  }
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part !== 'function') {
      throw expected(`\`parts[${JSON.stringify(name)}]\` to be a function`, part);
    }
  }
}

/** @throws TypeError that names the option and what was expected */
export function resolveGatherSettings(options: GatherOptions, parts: Parts): GatherSettings {
  assertKeys('options', options, OPTIONS);
  const {
    name = 'gather',
    timeout = toMilliseconds(POLICIES.timeout.default.seconds),
    minimum = 1,
    signal,
  } = ownProperties(options);
  assertName(name);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw expected('`options.signal` to be an AbortSignal', signal);
  }
  assertMinimum(minimum, Object.keys(parts));
  return { name, minimum, timeout: resolveTimeout(timeout) };
}

function resolveTimeout(timeout: unknown): number | undefined {
  if (timeout === false) return undefined;
  if (typeof timeout !== 'number' || !(timeout >= 1 && timeout <= MAX_TIMER_MS)) {
    throw expected(
      `\`options.timeout\` to be milliseconds from 1 to ${MAX_TIMER_MS}, or false`,
      timeout,
    );
  }
  return timeout;
}

function assertMinimum(minimum: unknown, names: readonly string[]): void {
  if (Array.isArray(minimum)) {
    const unknownName: unknown = minimum.find((name) => !names.includes(name));
    if (unknownName === undefined) return;
    throw expected(`\`options.minimum\` to name parts: ${names.join(', ')}`, unknownName);
  }
  const isCount = Number.isInteger(minimum) && Number(minimum) >= 0;
  if (!isCount || Number(minimum) > Math.max(1, names.length)) {
    throw expected(
      `\`options.minimum\` to be a list of names, or a number of the ${names.length} parts`,
      minimum,
    );
  }
}
