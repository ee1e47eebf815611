/**
 * The documented presets and variables, a leaf: which of the documented rows make up a stack.
 * Policies are made of them, and the docs tables too.
 */
import { POLICIES, type Source } from './thresholds.ts';

const { breaker, retry, timeout, bulkhead } = POLICIES;

interface Sourced {
  readonly source: readonly Source[];
}
export interface PresetBreaker extends Sourced {
  readonly failures: number;
  readonly openSeconds: number;
  readonly grows?: boolean;
}
export interface PresetRetry extends Sourced {
  readonly calls: number;
  readonly firstWaitSeconds: number;
  readonly base: number;
  readonly maxWaitSeconds: number;
  readonly jitter: boolean;
  readonly statuses?: readonly number[];
}
export interface PresetTimeout extends Sourced {
  readonly seconds: number;
}
export interface PresetBulkhead extends Sourced {
  readonly limit: number;
}

export interface Preset {
  readonly description: string;
  /** What `<NAME>` is in the environment variables of its policies, besides the policy's own name. */
  readonly variables: readonly string[];
  readonly circuitBreaker: PresetBreaker;
  readonly retry: PresetRetry;
  readonly bulkhead?: PresetBulkhead;
  readonly timeout: PresetTimeout;
}

/** Of the documents' lists of waits each is a geometric one: the first, and what it is multiplied by. */
function waits(row: {
  readonly calls: number;
  readonly waitsSeconds: readonly [number, number, ...number[]];
  readonly maxWaitSeconds?: number;
  readonly source: readonly Source[];
}): PresetRetry {
  const { calls, waitsSeconds, maxWaitSeconds, source } = row;
  const [firstWaitSeconds, second] = waitsSeconds;
  return {
    calls,
    firstWaitSeconds,
    base: second / firstWaitSeconds,
    maxWaitSeconds: maxWaitSeconds ?? Math.max(...waitsSeconds),
    jitter: false,
    source,
  };
}

const exponential = {
  ...retry.default,
  ...retry.firstWait,
  source: [...retry.default.source, ...retry.firstWait.source],
} as const;

const usual = {
  circuitBreaker: breaker.default,
  retry: exponential,
  timeout: timeout.default,
} as const;

/** Only on connect errors and timeouts: on no status. */
const apiClient = { ...waits(retry.apiClient), statuses: [] };
const http = { ...waits(retry.http), statuses: retry.http.statuses };

export const PRESETS = {
  default: {
    description: 'Whatever has no preset of its own',
    variables: ['DEFAULT'],
    ...usual,
  },
  enterprise: {
    description: 'Enterprise systems: ServiceNow, Jira, Splunk, Entra ID, Workday and the like',
    variables: ['ENTERPRISE'],
    ...usual,
    retry: waits(retry.enterprise),
  },
  http: {
    description: 'HTTP calls',
    variables: ['HTTP'],
    ...usual,
    retry: http,
    timeout: timeout.http,
  },
  httpService: {
    description: 'HTTP services that may take longer',
    variables: ['HTTP_SERVICE'],
    ...usual,
    retry: http,
    timeout: timeout.httpService,
  },
  apiClient: {
    description: 'API clients, such as those of CML workers',
    variables: ['API_CLIENT'],
    ...usual,
    retry: apiClient,
    timeout: timeout.apiClient,
  },
  aws: {
    description: 'AWS: an API client whose answers may take longer',
    variables: ['AWS'],
    ...usual,
    retry: apiClient,
    timeout: timeout.awsRead,
  },
  database: {
    description: 'Databases',
    variables: ['DATABASE', 'DB'],
    ...usual,
    circuitBreaker: breaker.database,
    bulkhead: bulkhead.db,
    timeout: timeout.db,
  },
  llm: {
    description: 'Large language models',
    variables: ['LLM'],
    ...usual,
    bulkhead: bulkhead.llm,
    timeout: timeout.llm,
  },
  auth: {
    description: 'Authentication, such as Keycloak',
    variables: ['AUTH'],
    ...usual,
    circuitBreaker: breaker.authentication,
    timeout: timeout.auth,
  },
  authorization: {
    description: 'Authorization, such as OpenFGA',
    variables: ['AUTHORIZATION', 'OPENFGA'],
    ...usual,
    circuitBreaker: breaker.authorization,
    bulkhead: bulkhead.openfga,
  },
  redis: {
    description: 'Redis',
    variables: ['REDIS'],
    ...usual,
    bulkhead: bulkhead.redis,
  },
  metricsJob: {
    description: 'Background jobs that fetch metrics',
    variables: ['METRICS_JOB'],
    ...usual,
    bulkhead: bulkhead.metricsJob,
  },
  labsJob: {
    description: 'Background jobs that work on labs',
    variables: ['LABS_JOB'],
    ...usual,
    bulkhead: bulkhead.labsJob,
  },
  task: {
    description: 'Asynchronous tasks',
    variables: ['TASK'],
    ...usual,
    retry: {
      ...exponential,
      ...retry.task,
      source: [...retry.task.source, ...exponential.source],
    },
    timeout: timeout.task,
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];

/** Widened, so that a preset can be had by a name that is not known before. */
export function presetOf(name: PresetName): Preset {
  return PRESETS[name];
}

/**
 * What `<NAME>` may be in the variables of a preset's timeout: those with the documents' default
 * timeout also follow that of the default.
 */
export function timeoutVariables({
  variables,
  timeout: { source, seconds },
}: Preset): readonly string[] {
  const usual = source === timeout.default.source && seconds === timeout.default.seconds;
  return usual ? [...new Set([...variables, ...PRESETS.default.variables])] : variables;
}

/** The waits of a preset's retry, in seconds; with jitter each is between its half and its whole. */
export function presetWaits({ retry }: Preset): readonly number[] {
  const { calls, firstWaitSeconds, base, maxWaitSeconds } = retry;
  return Array.from({ length: calls - 1 }, (_, index) =>
    Math.min(firstWaitSeconds * base ** index, maxWaitSeconds),
  );
}

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

const MAX_FACTOR = 100;

/** What the text of a variable must be, and in which range its number. */
export const VARIABLE_KINDS = {
  flag: { what: 'to be `true` or `false`', least: 0, most: 1 },
  whole: { what: 'to be an integer of at least 1', least: 1, most: Number.MAX_SAFE_INTEGER },
  factor: { what: `to be a number from 1 to ${MAX_FACTOR}`, least: 1, most: MAX_FACTOR },
  time: {
    what: `to be seconds from 0.001 to ${MAX_TIMER_SECONDS}, such as 30 or 0.5`,
    least: 0.001,
    most: MAX_TIMER_SECONDS,
  },
  wait: {
    what: `to be seconds from 0 to ${MAX_TIMER_SECONDS}, such as 30 or 0.5`,
    least: 0,
    most: MAX_TIMER_SECONDS,
  },
} as const satisfies Record<VariableKind, { what: string; least: number; most: number }>;
