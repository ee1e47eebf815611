import * as v from 'valibot';
import { MAX_TIMER_SECONDS } from '../../presets/environment-variables.ts';
import { PRESET_NAMES } from '../../presets/presets.ts';
import { readProperty } from '../../shared/own-properties.ts';
import { expected } from '../../shared/validate.ts';
import { BREAKER_KINDS, MEMBERS, type PolicyOverrides, RETRY_STRATEGIES } from '../types.ts';

const number = (what: string, check: (value: number) => boolean) =>
  v.optional(v.custom<number>((value) => typeof value === 'number' && check(value), what));
const seconds = (least: number) =>
  number(
    `to be seconds from ${least} to ${MAX_TIMER_SECONDS}`,
    (value) => value >= least && value <= MAX_TIMER_SECONDS,
  );
const whole = (least: number) =>
  number(
    `to be an integer of at least ${least}`,
    (value) => Number.isSafeInteger(value) && value >= least,
  );
const share = number('to be a number between 0 and 1', (value) => value > 0 && value < 1);
const flag = v.optional(v.boolean('to be a boolean'));
const fn = v.optional(v.custom<never>((value) => typeof value === 'function', 'to be a function'));
const oneOf = <const T extends readonly string[]>(values: T) =>
  v.optional(v.picklist(values, `to be ${values.join(' or ')}`));
const list = (item: v.GenericSchema, what: string, least = 0) =>
  v.optional(v.pipe(v.array(item, what), v.minLength(least, what)));

const handled = { handle: fn, handleResult: fn };

const circuitBreaker = {
  ...handled,
  kind: oneOf(BREAKER_KINDS),
  failures: whole(1),
  ratio: share,
  size: whole(1),
  minimumCalls: whole(1),
  windowSeconds: seconds(0.005),
  minimumCallsPerSecond: number('to be a number above 0', (value) => value > 0 && value < Infinity),
  openSeconds: seconds(0),
  grows: flag,
  maxOpenSeconds: seconds(0),
};

const retry = {
  ...handled,
  calls: whole(1),
  strategy: oneOf(RETRY_STRATEGIES),
  firstWaitSeconds: seconds(0),
  base: number('to be a number of at least 1', (value) => value >= 1 && value < Infinity),
  minWaitSeconds: seconds(0),
  maxWaitSeconds: seconds(0),
  waitsSeconds: list(v.nonOptional(seconds(0)), 'to be a list of seconds, at least one', 1),
  jitter: flag,
  statuses: list(v.nonOptional(whole(100)), 'to be a list of statuses'),
  delay: fn,
};

const timeout = { seconds: seconds(0.001), aggressive: flag };

const fallback = v.optional(
  v.custom<never>(
    (value) => value === false || isStrategy(value),
    'to be `false` or a fallback strategy',
  ),
);

/** One level deep: a part is `false`, or an object of what is known and right. */
const PARTS: Readonly<Record<string, Readonly<Record<string, v.GenericSchema>>>> = {
  circuitBreaker,
  overallTimeout: timeout,
  retry,
  bulkhead: { limit: whole(1), queue: whole(0) },
  timeout,
};

const OTHERS: Readonly<Record<string, v.GenericSchema>> = {
  ...handled,
  fallback,
  order: v.optional(
    v.pipe(
      v.array(v.picklist(MEMBERS), `to be a list of ${MEMBERS.join(', ')}`),
      v.check((order) => new Set(order).size === order.length, 'to have each member once'),
    ),
  ),
  // `instrument` says itself what is wrong with it.
  instrument: v.unknown(),
};

/** @throws TypeError that names the argument and what was expected */
export function assertPreset(preset: unknown): void {
  if (!(PRESET_NAMES as readonly unknown[]).includes(preset)) {
    throw expected(`\`preset\` to be one of ${PRESET_NAMES.join(', ')}`, preset);
  }
}

/** @throws TypeError that lists everything that is wrong, with what was expected and what came */
export function assertOverrides(overrides: unknown): asserts overrides is PolicyOverrides<unknown> {
  if (!isObject(overrides)) throw expected('`overrides` to be an object', overrides);
  const wrong: string[] = [];
  const check = (path: string, schema: v.GenericSchema, value: unknown) => {
    const { issues } = v.safeParse(schema, value, { abortEarly: true });
    if (issues) wrong.push(expected(`\`${path}\` ${issues[0].message}`, value).message);
  };
  const known = (path: string, names: readonly string[], key: string) => {
    const only = `\`${path}\` to have only ${names.join(', ')}`;
    wrong.push(`Expected ${only}, got \`${key}\``);
  };
  for (const [key, value] of Object.entries(overrides)) {
    const part = own(PARTS, key);
    const other = own(OTHERS, key);
    const path = `overrides.${key}`;
    if (other) check(path, other, value);
    else if (part === undefined) {
      known('overrides', [...Object.keys(PARTS), ...Object.keys(OTHERS)], key);
    } else if (isObject(value)) {
      for (const [name, setting] of Object.entries(value)) {
        const schema = own(part, name);
        if (schema) check(`${path}.${name}`, schema, setting);
        else known(path, Object.keys(part), name);
      }
    } else if (value !== false && value !== undefined) {
      wrong.push(expected(`\`${path}\` to be \`false\` or an object`, value).message);
    }
  }
  if (wrong.length > 0) throw new TypeError(wrong.join('\n'));
}

/** Not what every object inherits. */
function own<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

function isStrategy(value: unknown): boolean {
  if (!isObject(value) || typeof readProperty(value, 'type') !== 'string') return false;
  if (typeof readProperty(value, 'answer') !== 'function') return false;
  return ['begin', 'remember', 'handle', 'handleResult'].every((name) =>
    ['undefined', 'function'].includes(typeof readProperty(value, name)),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
