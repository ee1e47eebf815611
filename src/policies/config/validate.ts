import { PRESET_NAMES } from '../../presets/presets.ts';
import { MAX_TIMER_MS } from '../../shared/timers.ts';
import { expected, readProperty } from '../../shared/validate.ts';
import { findBudgetProblem } from '../members/retry-budget.ts';
import {
  BREAKER_KINDS,
  MEMBERS,
  type PolicyOverrides,
  RETRY_STRATEGIES,
} from '../members/types.ts';

/** Returns what was expected if the value is wrong. */
type Check = (value: unknown) => string | undefined;

const check =
  (isValid: (value: unknown) => boolean, expectation: string): Check =>
  (value) =>
    isValid(value) ? undefined : expectation;

const isNumber = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;
const isInteger = (value: unknown, least: number): boolean =>
  Number.isSafeInteger(value) && Number(value) >= least;

const milliseconds = (least: number): Check =>
  check(
    (value) => isNumber(value, least, MAX_TIMER_MS),
    `to be milliseconds from ${least} to ${MAX_TIMER_MS}`,
  );
const integer = (least: number): Check =>
  check((value) => isInteger(value, least), `to be an integer of at least ${least}`);
const choice = (values: readonly string[]): Check =>
  check((value) => values.includes(value as string), `to be ${values.join(' or ')}`);
const ratio = check(
  (value) => isNumber(value, 0, 1) && value !== 0 && value !== 1,
  'to be a number between 0 and 1',
);
const boolean = check((value) => typeof value === 'boolean', 'to be a boolean');
const fn = check((value) => typeof value === 'function', 'to be a function');

const filters = { handle: fn, handleResult: fn };

const circuitBreaker = {
  ...filters,
  kind: choice(BREAKER_KINDS),
  consecutiveFailures: integer(1),
  threshold: ratio,
  size: integer(1),
  minimumNumberOfCalls: integer(1),
  duration: milliseconds(5),
  minimumRps: check(
    (value) => isNumber(value, 0, Number.MAX_VALUE) && value !== 0,
    'to be a number above 0',
  ),
  halfOpenAfter: milliseconds(0),
  exponential: boolean,
  maxHalfOpenAfter: milliseconds(0),
};

const retry = {
  ...filters,
  calls: integer(1),
  strategy: choice(RETRY_STRATEGIES),
  initialDelay: milliseconds(0),
  exponent: check((value) => isNumber(value, 1, Number.MAX_VALUE), 'to be a number of at least 1'),
  minDelay: milliseconds(0),
  maxDelay: milliseconds(0),
  delays: (value: unknown) => {
    if (!Array.isArray(value) || value.length === 0) {
      return 'to be a list of milliseconds, at least one';
    }
    return [...value].map(milliseconds(0)).find((problem) => problem !== undefined);
  },
  jitter: boolean,
  statuses: (value: unknown) => {
    if (!Array.isArray(value)) return 'to be a list of statuses';
    return [...value].map(integer(100)).find((problem) => problem !== undefined);
  },
  delay: fn,
  budget: (value: unknown) => (value === false ? undefined : findBudgetProblem(value)),
};

const timeout = {
  duration: milliseconds(1),
  strategy: check(
    (value) => value === 'aggressive' || value === 'optimistic',
    'to be TimeoutStrategy.Aggressive or TimeoutStrategy.Cooperative',
  ),
};

/** A member is `false`, or an object with these settings. */
const MEMBER_CHECKS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  circuitBreaker,
  overallTimeout: timeout,
  retry,
  bulkhead: { limit: integer(1), queue: integer(0) },
  timeout,
};

const STACK_CHECKS: Readonly<Record<string, Check>> = {
  ...filters,
  fallback: check(
    (value) => value === false || isStrategy(value),
    'to be `false` or a fallback strategy',
  ),
  order: (order) => {
    const isList = Array.isArray(order) && [...order].every((member) => MEMBERS.includes(member));
    if (!isList) return `to be a list of ${MEMBERS.join(', ')}`;
    return new Set(order).size === order.length ? undefined : 'to have each member once';
  },
  // `instrument` checks its own options.
  instrument: () => undefined,
};

/** @throws TypeError that names the argument and what was expected */
export function assertPreset(preset: unknown): void {
  if (!(PRESET_NAMES as readonly unknown[]).includes(preset)) {
    throw expected(`\`preset\` to be one of ${PRESET_NAMES.join(', ')}`, preset);
  }
}

/** @throws TypeError that lists every wrong setting, with what was expected and received */
export function assertOverrides(overrides: unknown): asserts overrides is PolicyOverrides<unknown> {
  if (!isObject(overrides)) throw expected('`overrides` to be an object', overrides);
  const problems: string[] = [];
  const addUnknown = (path: string, names: readonly string[], key: string) => {
    problems.push(`Expected \`${path}\` to have only ${names.join(', ')}, got \`${key}\``);
  };
  const checkValue = (path: string, findProblem: Check, value: unknown) => {
    const problem = value === undefined ? undefined : findProblem(value);
    if (problem) problems.push(expected(`\`${path}\` ${problem}`, value).message);
  };
  for (const [key, value] of Object.entries(overrides)) {
    const path = `overrides.${key}`;
    const stackCheck = ownValue(STACK_CHECKS, key);
    const memberChecks = ownValue(MEMBER_CHECKS, key);
    if (stackCheck) checkValue(path, stackCheck, value);
    else if (memberChecks === undefined) {
      addUnknown('overrides', [...Object.keys(MEMBER_CHECKS), ...Object.keys(STACK_CHECKS)], key);
    } else if (isObject(value)) {
      for (const [name, setting] of Object.entries(value)) {
        const settingCheck = ownValue(memberChecks, name);
        if (settingCheck) checkValue(`${path}.${name}`, settingCheck, setting);
        else addUnknown(path, Object.keys(memberChecks), name);
      }
    } else if (value !== false && value !== undefined) {
      problems.push(expected(`\`${path}\` to be \`false\` or an object`, value).message);
    }
  }
  if (problems.length > 0) throw new TypeError(problems.join('\n'));
}

/** Ignores inherited properties such as `constructor`. */
function ownValue<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
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
