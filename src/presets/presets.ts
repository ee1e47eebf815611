/**
 * The presets, combined from the rows of `thresholds.ts`. Policies and the tables of the docs are
 * created from them. Numbers have the units of the documents: seconds.
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
  /** The names that `<NAME>` in an environment variable can have, besides the name of the policy. */
  readonly variables: readonly string[];
  readonly circuitBreaker: PresetBreaker;
  readonly retry: PresetRetry;
  readonly bulkhead?: PresetBulkhead;
  readonly timeout: PresetTimeout;
  /**
   * Whether the whole call has a timeout: the time of all its attempts and delays. Without it, callers
   * accumulate when a server asks for long delays by `Retry-After`.
   */
  readonly hasOverallTimeout?: boolean;
}

/** Each documented list of delays is geometric, so its first delay and a factor describe it. */
function geometricRetry(row: {
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

const defaults = {
  circuitBreaker: breaker.default,
  retry: exponential,
  timeout: timeout.default,
} as const;

/** Retries connection errors and timeouts only, and no status. */
const apiClient = { ...geometricRetry(retry.apiClient), statuses: [] };
const http = { ...geometricRetry(retry.http), statuses: retry.http.statuses };

export const PRESETS = {
  default: {
    description: 'Dependencies without a preset of their own',
    variables: ['DEFAULT'],
    ...defaults,
  },
  enterprise: {
    description: 'Enterprise systems, such as ServiceNow, Jira, Splunk, Entra ID or Workday',
    variables: ['ENTERPRISE'],
    ...defaults,
    retry: geometricRetry(retry.enterprise),
  },
  http: {
    description: 'HTTP calls',
    variables: ['HTTP'],
    ...defaults,
    retry: http,
    hasOverallTimeout: true,
    timeout: timeout.http,
  },
  httpService: {
    description: 'HTTP services with slow responses',
    variables: ['HTTP_SERVICE'],
    ...defaults,
    retry: http,
    hasOverallTimeout: true,
    timeout: timeout.httpService,
  },
  apiClient: {
    description: 'API clients',
    variables: ['API_CLIENT'],
    ...defaults,
    retry: apiClient,
    hasOverallTimeout: true,
    timeout: timeout.apiClient,
  },
  aws: {
    description: 'AWS, with a longer timeout than other API clients',
    variables: ['AWS'],
    ...defaults,
    retry: apiClient,
    hasOverallTimeout: true,
    timeout: timeout.awsRead,
  },
  database: {
    description: 'Databases',
    variables: ['DATABASE', 'DB'],
    ...defaults,
    circuitBreaker: breaker.database,
    bulkhead: bulkhead.db,
    timeout: timeout.db,
  },
  llm: {
    description: 'Large language models',
    variables: ['LLM'],
    ...defaults,
    bulkhead: bulkhead.llm,
    timeout: timeout.llm,
  },
  auth: {
    description: 'Authentication, such as Keycloak',
    variables: ['AUTH'],
    ...defaults,
    circuitBreaker: breaker.authentication,
    timeout: timeout.auth,
  },
  authorization: {
    description: 'Authorization, such as OpenFGA',
    variables: ['AUTHORIZATION', 'OPENFGA'],
    ...defaults,
    circuitBreaker: breaker.authorization,
    bulkhead: bulkhead.openfga,
  },
  redis: {
    description: 'Redis',
    variables: ['REDIS'],
    ...defaults,
    bulkhead: bulkhead.redis,
  },
  metricsJob: {
    description: 'Background jobs that fetch metrics',
    variables: ['METRICS_JOB'],
    ...defaults,
    bulkhead: bulkhead.metricsJob,
  },
  batchJob: {
    description: 'Background jobs with few concurrent calls',
    variables: ['BATCH_JOB'],
    ...defaults,
    bulkhead: bulkhead.batchJob,
  },
  task: {
    description: 'Asynchronous tasks',
    variables: ['TASK'],
    ...defaults,
    retry: {
      ...exponential,
      ...retry.task,
      source: [...retry.task.source, ...exponential.source],
    },
    timeout: timeout.task,
  },
} as const satisfies Record<string, Preset>;

/**
 * The name of a preset; `docs/policies.md` lists them.
 *
 * @example
 * const preset: PresetName = 'enterprise';
 */
export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];

/** Returns a preset as the general type. */
export function presetOf(name: PresetName): Preset {
  return PRESETS[name];
}

/**
 * The names that `<NAME>` in `TIMEOUT_<NAME>` can have for a preset. Presets with the default timeout
 * also use the variable of the preset `default`.
 */
export function timeoutVariables({
  variables,
  timeout: { source, seconds },
}: Preset): readonly string[] {
  const isDefault = source === timeout.default.source && seconds === timeout.default.seconds;
  return isDefault ? [...new Set([...variables, ...PRESETS.default.variables])] : variables;
}

/** The delays of a preset's retry in seconds, without jitter. */
export function presetDelays({ retry }: Preset): readonly number[] {
  const { calls, firstWaitSeconds, base, maxWaitSeconds } = retry;
  return Array.from({ length: calls - 1 }, (_, index) =>
    Math.min(firstWaitSeconds * base ** index, maxWaitSeconds),
  );
}
