/** The documented variables of the environment, a leaf. */

/** Stands before a documented name that is certainly meant for this package. */
export const VARIABLE_PREFIX = 'RESILIENCE_';

/** What a variable of the environment may be. */
export type VariableKind = 'flag' | 'whole' | 'factor' | 'time' | 'wait';

interface Variable {
  readonly kind: VariableKind;
  /** The setting that it gives, or the member that it switches. */
  readonly sets: string;
  readonly touches: string;
}

const NAMED = 'policies of that name, and of presets with it';

/**
 * The variables of the environment. `<NAME>` is the name of a policy in upper snake case, or what a
 * preset has for it.
 */
export const VARIABLES = {
  RESILIENCE_ENABLED: {
    kind: 'flag',
    sets: 'every member',
    touches: 'all: `false` makes them pass-throughs',
  },
  CIRCUIT_BREAKER_ENABLED: { kind: 'flag', sets: 'circuitBreaker', touches: 'all' },
  'CIRCUIT_BREAKER_<NAME>_FAIL_MAX': {
    kind: 'whole',
    sets: 'circuitBreaker.failures',
    touches: NAMED,
  },
  'CIRCUIT_BREAKER_<NAME>_TIMEOUT': {
    kind: 'time',
    sets: 'circuitBreaker.openSeconds',
    touches: NAMED,
  },
  RETRY_ENABLED: { kind: 'flag', sets: 'retry', touches: 'all' },
  RETRY_MAX_ATTEMPTS: { kind: 'whole', sets: 'retry.calls', touches: 'all' },
  RETRY_EXPONENTIAL_BASE: { kind: 'factor', sets: 'retry.base', touches: 'all' },
  RETRY_EXPONENTIAL_MAX: {
    kind: 'wait',
    sets: 'retry.maxWaitSeconds',
    touches: 'all of strategy `exponential`, before `RETRY_MAX_WAIT`',
  },
  RETRY_JITTER: { kind: 'flag', sets: 'retry.jitter', touches: 'all' },
  RETRY_MIN_WAIT: { kind: 'wait', sets: 'retry.minWaitSeconds', touches: 'all' },
  RETRY_MAX_WAIT: { kind: 'wait', sets: 'retry.maxWaitSeconds', touches: 'all' },
  'TIMEOUT_<NAME>': { kind: 'time', sets: 'timeout.seconds', touches: NAMED },
  'BULKHEAD_<NAME>_LIMIT': { kind: 'whole', sets: 'bulkhead.limit', touches: NAMED },
} as const satisfies Record<string, Variable>;

/** Node fires a timer beyond this, or below 1 ms, after 1 ms. */
export const MAX_TIMER_SECONDS = (2 ** 31 - 1) / 1000;

/** Longer is a mistake, such as a value in milliseconds. Code may set more. */
const MAX_VARIABLE_SECONDS = 3600;

const MAX_FACTOR = 100;

/** What the text of a variable must be, and in which range its number. */
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
