/** The environment variables. Imports nothing, so every room can read it. */

/** Prefix of variables that are certainly meant for this package. */
export const VARIABLE_PREFIX = 'RESILIENCE_';

/** The kinds of values that a variable can have. */
export type VariableKind = 'flag' | 'whole' | 'factor' | 'time' | 'wait';

interface Variable {
  readonly kind: VariableKind;
  /** The setting that the variable sets, or the member that it turns on or off. */
  readonly sets: string;
  /** The policies that the variable applies to, for the docs. */
  readonly appliesTo: string;
}

const NAMED = 'policies of that name, and of presets with it';

/**
 * The environment variables by name. `<NAME>` is the name of a policy in upper snake case, or one of
 * the names of its preset.
 */
export const VARIABLES = {
  RESILIENCE_ENABLED: {
    kind: 'flag',
    sets: 'every member',
    appliesTo: 'all: `false` makes them pass-throughs',
  },
  CIRCUIT_BREAKER_ENABLED: { kind: 'flag', sets: 'circuitBreaker', appliesTo: 'all' },
  'CIRCUIT_BREAKER_<NAME>_FAIL_MAX': {
    kind: 'whole',
    sets: 'circuitBreaker.consecutiveFailures',
    appliesTo: NAMED,
  },
  'CIRCUIT_BREAKER_<NAME>_TIMEOUT': {
    kind: 'time',
    sets: 'circuitBreaker.halfOpenAfter',
    appliesTo: NAMED,
  },
  RETRY_ENABLED: { kind: 'flag', sets: 'retry', appliesTo: 'all' },
  RETRY_MAX_ATTEMPTS: { kind: 'whole', sets: 'retry.calls', appliesTo: 'all' },
  RETRY_EXPONENTIAL_BASE: { kind: 'factor', sets: 'retry.exponent', appliesTo: 'all' },
  RETRY_EXPONENTIAL_MAX: {
    kind: 'wait',
    sets: 'retry.maxDelay',
    appliesTo: 'all of strategy `exponential`, before `RETRY_MAX_WAIT`',
  },
  RETRY_JITTER: { kind: 'flag', sets: 'retry.jitter', appliesTo: 'all' },
  RETRY_MIN_WAIT: { kind: 'wait', sets: 'retry.minDelay', appliesTo: 'all' },
  RETRY_MAX_WAIT: { kind: 'wait', sets: 'retry.maxDelay', appliesTo: 'all' },
  'TIMEOUT_<NAME>': { kind: 'time', sets: 'timeout.duration', appliesTo: NAMED },
  'BULKHEAD_<NAME>_LIMIT': { kind: 'whole', sets: 'bulkhead.limit', appliesTo: NAMED },
} as const satisfies Record<string, Variable>;

/** A larger value is probably in milliseconds. Code may set longer durations. */
const MAX_VARIABLE_SECONDS = 3600;

const MAX_FACTOR = 100;

/** What each kind expects, and the range of its numbers. */
export const VARIABLE_KINDS = {
  flag: { what: 'to be `true` or `false`', least: 0, most: 1 },
  whole: { what: 'to be an integer of at least 1', least: 1, most: Number.MAX_SAFE_INTEGER },
  factor: { what: `to be a number from 1 to ${MAX_FACTOR}`, least: 1, most: MAX_FACTOR },
  time: {
    what: `to be seconds from 0.001 to ${MAX_VARIABLE_SECONDS}, such as 30 or 0.5`,
    least: 0.001,
    most: MAX_VARIABLE_SECONDS,
  },
  wait: {
    what: `to be seconds from 0 to ${MAX_VARIABLE_SECONDS}, such as 30 or 0.5`,
    least: 0,
    most: MAX_VARIABLE_SECONDS,
  },
} as const satisfies Record<VariableKind, { what: string; least: number; most: number }>;
