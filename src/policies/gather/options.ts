import { assertName } from '../../instrument-options.ts';
import { POLICIES } from '../../presets/thresholds.ts';
import { ownProperties } from '../../shared/own-properties.ts';
import { assertKeys, expected } from '../../shared/validate.ts';
import type { GatherOptions, Parts } from './types.ts';

/** The longest that a timer of Node can wait. */
const LONGEST_MS = 2 ** 31 - 1;

const OPTIONS = ['name', 'timeout', 'minimum', 'signal', 'policies', 'meterProvider'];

export interface GatherSettings {
  readonly name: string;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly minimum: number | readonly string[];
}

/** @throws TypeError naming the argument and what was expected */
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

/** @throws TypeError naming the option and what was expected */
export function resolveGatherSettings(options: GatherOptions, parts: Parts): GatherSettings {
  assertKeys('options', options, OPTIONS);
  const {
    name = 'gather',
    timeout = POLICIES.timeout.default.seconds * 1000,
    minimum = 1,
    signal,
  } = ownProperties(options);
  assertName(name);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw expected('`options.signal` to be an AbortSignal', signal);
  }
  assertMinimum(minimum, Object.keys(parts));
  return { name, minimum, timeout: timeoutOf(timeout) };
}

function timeoutOf(timeout: unknown): number | undefined {
  if (timeout === false) return undefined;
  if (typeof timeout !== 'number' || !(timeout >= 1 && timeout <= LONGEST_MS)) {
    throw expected(
      `\`options.timeout\` to be milliseconds from 1 to ${LONGEST_MS}, or false`,
      timeout,
    );
  }
  return timeout;
}

function assertMinimum(minimum: unknown, names: readonly string[]): void {
  if (Array.isArray(minimum)) {
    const stranger: unknown = minimum.find((each) => !names.includes(each));
    if (stranger === undefined) return;
    throw expected(`\`options.minimum\` to name parts: ${names.join(', ')}`, stranger);
  }
  const isCount = Number.isInteger(minimum) && Number(minimum) >= 0;
  if (!isCount || Number(minimum) > Math.max(1, names.length)) {
    throw expected(
      `\`options.minimum\` to be a list of names, or a number of the ${names.length} parts`,
      minimum,
    );
  }
}
