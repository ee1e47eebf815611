/**
 * The documented presets: which of the documented rows make up a stack. They and the variables of
 * the environment beside them are what policies are made of, and the docs' tables too.
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
  /**
   * Whether a call as a whole times out after the time of all its attempts and delays: a server that
   * asks for long delays (`Retry-After`) must not accumulate waiting callers.
   */
  readonly hasOverallTimeout?: boolean;
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
    hasOverallTimeout: true,
    timeout: timeout.http,
  },
  httpService: {
    description: 'HTTP services that may take longer',
    variables: ['HTTP_SERVICE'],
    ...usual,
    retry: http,
    hasOverallTimeout: true,
    timeout: timeout.httpService,
  },
  apiClient: {
    description: 'API clients, such as those of CML workers',
    variables: ['API_CLIENT'],
    ...usual,
    retry: apiClient,
    hasOverallTimeout: true,
    timeout: timeout.apiClient,
  },
  aws: {
    description: 'AWS: an API client whose answers may take longer',
    variables: ['AWS'],
    ...usual,
    retry: apiClient,
    hasOverallTimeout: true,
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
