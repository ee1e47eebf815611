/**
 * The JSON of the operations API: schemas for clients, and the types of the server. Clients accept
 * further fields, so that they work with later versions of a service. `null` means unknown.
 */
import * as v from 'valibot';
import {
  CIRCUIT_BREAKER_ACTIONS,
  CIRCUIT_BREAKER_RESULTS,
  CIRCUIT_BREAKER_STATES,
} from '../semconv/attributes.ts';

const state = v.picklist(CIRCUIT_BREAKER_STATES);
const count = v.pipe(v.number(), v.minValue(0));
const nullableCount = v.nullable(count);
/** ISO 8601. */
const time = v.nullable(v.pipe(v.string(), v.isoTimestamp()));
const text = v.nullable(v.string());

/** A JSON object as a list of its entries. A `v.record` omits names such as `constructor`. */
function entriesOf<S extends v.GenericSchema>(schema: S) {
  return v.pipe(
    v.custom<object>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    ),
    v.transform((value) => Object.entries(value)),
    v.array(v.tuple([v.string(), schema])),
  );
}

const instanceFields = {
  /** The present state. */
  state,
  /** Whether an operator has isolated it, so that an operator has to release it. */
  isolated_by_operator: v.optional(v.boolean(), false),
  /** When it entered the state. Services of earlier versions omit it. */
  since: v.optional(time, null),
  /** Failed calls in a row. */
  fail_counter: nullableCount,
  /** When it left closed; failed probes do not change it. */
  opened_at: time,
  /** When an open circuit allows a probe. */
  next_probe_at: time,
  /** Of the last failure that it counted. */
  last_error_type: text,
};

/** One circuit breaker among several with the same name. */
export const instanceSchema = v.object({
  /** The key of the policy. */
  key: text,
  ...instanceFields,
});

/**
 * The circuit breakers of a name. If there are several, all fields but `calls` and `isolated_by_operator` are those
 * of the worst one. A name without circuit breakers can still be isolated.
 */
export const breakerSchema = v.object({
  ...instanceFields,
  /** Whether calls are rejected: the state is open or isolated. */
  opened: v.optional(v.boolean(), false),
  /** Failed calls in a row that open it. */
  fail_max: nullableCount,
  /** Seconds until an open circuit allows a probe. */
  reset_timeout: v.optional(v.nullable(v.number()), null),
  /** Calls since the start of the service, by result. */
  calls: v.object(v.entriesFromList(CIRCUIT_BREAKER_RESULTS, count)),
  /** The number of circuit breakers, unless it is one. */
  instance_count: v.optional(count),
  /** The worst of several. */
  instances: v.optional(v.array(instanceSchema)),
});

export const breakerSummarySchema = v.object(
  v.entriesFromList(['total', ...CIRCUIT_BREAKER_STATES], count),
);

/** `GET /circuit-breakers` */
export const breakersSchema = v.object({
  breakers: entriesOf(breakerSchema),
  summary: breakerSummarySchema,
});

/** `POST /circuit-breakers/:name/:action` */
export const operationResultSchema = v.object({
  /** The name of the policy. */
  name: v.string(),
  /** The requested operation. */
  action: v.picklist(CIRCUIT_BREAKER_ACTIONS),
  /** The state after the operation. */
  state,
  /** The state before the operation. */
  previous_state: state,
  /** What the action could not do, as a sentence. */
  detail: v.optional(v.string()),
});

/** `DELETE /executions/:id` */
export const abortedExecutionSchema = v.object({ id: v.string(), name: v.string() });

/** An execution in progress. */
export const executionSchema = v.object({
  /** Identifies the execution in `DELETE /executions/:id`. */
  id: v.string(),
  /** The name of the policy. */
  name: v.string(),
  /** Milliseconds since the execution began. */
  age_ms: v.number(),
  /** The present attempt; 1 is the first call. */
  attempt: v.number(),
  /** The correlation ID of the request that it belongs to. */
  correlation_id: text,
  /** Whether `DELETE /executions/:id` can abort it. */
  abortable: v.boolean(),
});

/** `GET /executions` */
export const executionsSchema = v.object({
  /** The oldest first. */
  executions: v.array(executionSchema),
  /** The number of all executions; the list may be shorter. */
  total: count,
});

/** The summary of the last dependency checks. */
const dependencySummarySchema = v.object({
  total_systems: count,
  available_systems: count,
  unavailable_systems: v.optional(count, 0),
  /** 0 to 100, with two decimals; 0 without systems. */
  availability_percentage: v.number(),
  /** Whether at least 80 % of the systems are available. */
  safe_for_bulk_work: v.boolean(),
});

/** `GET /health`; without a token, a service may send the status only. */
export const healthSchema = v.object({
  /** `degraded` unless all circuits are closed and all dependencies available; see `openFails`. */
  status: v.picklist(['healthy', 'degraded', 'unhealthy']),
  /** The number of circuit breakers in each state. */
  breakers: v.optional(breakerSummarySchema),
  /** The summary of the dependency checks, if a monitor runs. */
  dependencies: v.optional(dependencySummarySchema),
});

const values = v.record(v.string(), v.nullable(v.number()));

/** The fields of a policy that clients read; `GET /policies` has more. */
export const policySchema = v.object({
  executions: values,
  active: v.number(),
  circuit_breaker: v.optional(v.object({ state: values })),
  retry: v.optional(v.object({ attempts: values })),
  bulkhead: v.optional(
    v.object({ active: v.number(), queued: v.number(), limit: v.nullable(v.number()) }),
  ),
});

/** `GET /policies` */
export const policiesSchema = v.object({ policies: entriesOf(policySchema) });

/**
 * One of several circuit breakers with the same name, as JSON.
 *
 * @example
 * const open = (view.instances ?? []).filter(({ state }: InstanceView) => state === 'open');
 */
export type InstanceView = v.InferOutput<typeof instanceSchema>;

/**
 * The circuit breakers of a name, as JSON; times are ISO 8601, `null` is unknown.
 *
 * @example
 * const view: BreakerView = await (await fetch(`${url}/circuit-breakers/servicenow`)).json();
 */
export type BreakerView = v.InferOutput<typeof breakerSchema>;

/**
 * The number of circuit breakers in each state, and of all.
 *
 * @example
 * const { open, total }: BreakerSummary = health.breakers;
 */
export type BreakerSummary = v.InferOutput<typeof breakerSummarySchema>;

/**
 * The result of an operation on a circuit breaker, as JSON.
 *
 * @example
 * const { previous_state, state }: OperationResult = await response.json();
 */
export type OperationResult = v.InferOutput<typeof operationResultSchema>;

/**
 * An execution in progress, as JSON.
 *
 * @example
 * const old = executions.filter(({ age_ms }: ExecutionView) => age_ms > 60_000);
 */
export type ExecutionView = v.InferOutput<typeof executionSchema>;

/**
 * The executions in progress, as JSON.
 *
 * @example
 * const { executions, total }: ExecutionsView = await (await fetch(`${url}/executions`)).json();
 */
export type ExecutionsView = v.InferOutput<typeof executionsSchema>;

/**
 * The health of the service, as JSON.
 *
 * @example
 * const { status }: HealthView = await (await fetch(`${url}/health`)).json();
 */
export type HealthView = v.InferOutput<typeof healthSchema>;

export type BreakersResponse = v.InferOutput<typeof breakersSchema>;
export type PoliciesResponse = v.InferOutput<typeof policiesSchema>;
export type PolicyView = v.InferOutput<typeof policySchema>;
