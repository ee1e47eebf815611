import * as v from 'valibot';
import { CIRCUIT_BREAKER_RESULTS, CIRCUIT_BREAKER_STATES } from '../../semconv/attributes.ts';

/**
 * Responses of the health routes: the fields that the commands read. Other fields are allowed, so
 * that the command works with later versions of a service. `null` stands for an unknown value.
 */

const State = v.picklist(CIRCUIT_BREAKER_STATES);
const Count = v.pipe(v.number(), v.minValue(0));
const Time = v.nullable(v.pipe(v.string(), v.isoTimestamp()));
const Text = v.nullable(v.string());

/** Entries of an object by name. A `v.record` omits names such as `constructor`. */
function entriesOf<S extends v.GenericSchema>(schema: S) {
  return v.pipe(
    v.custom<object>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    ),
    v.transform((value) => Object.entries(value)),
    v.array(v.tuple([v.string(), schema])),
  );
}

const breakerFields = {
  state: State,
  /** Services of earlier versions omit it. */
  since: v.optional(Time, null),
  fail_counter: v.nullable(Count),
  opened_at: Time,
  next_probe_at: Time,
  last_error_type: Text,
};

const Instance = v.object({ ...breakerFields, key: Text });

const Breaker = v.object({
  ...breakerFields,
  fail_max: v.nullable(Count),
  calls: v.object(v.entriesFromList(CIRCUIT_BREAKER_RESULTS, Count)),
  instance_count: v.optional(Count),
  instances: v.optional(v.array(Instance)),
});

const Summary = v.object(v.entriesFromList(['total', ...CIRCUIT_BREAKER_STATES], Count));

/** `GET /circuit-breakers` */
export const Breakers = v.object({ breakers: entriesOf(Breaker), summary: Summary });

/** `POST /circuit-breakers/:name/:action` */
export const Administered = v.object({
  name: v.string(),
  action: v.string(),
  state: State,
  previous_state: State,
  /** A limitation of the action. */
  detail: v.optional(v.string()),
});

/** `DELETE /executions/:id` */
export const Aborted = v.object({ id: v.string(), name: v.string() });

/** `GET /health`; without a token, a service may send the status only. */
export const Health = v.object({
  status: v.picklist(['healthy', 'degraded', 'unhealthy']),
  breakers: v.optional(Summary),
  dependencies: v.optional(
    v.object({
      total_systems: Count,
      available_systems: Count,
      availability_percentage: v.number(),
      safe_for_bulk_work: v.boolean(),
    }),
  ),
});

const Counts = v.record(v.string(), v.nullable(v.number()));

const Policy = v.object({
  executions: Counts,
  active: v.number(),
  circuit_breaker: v.optional(v.object({ state: Counts })),
  retry: v.optional(v.object({ attempts: Counts })),
  bulkhead: v.optional(
    v.object({ active: v.number(), queued: v.number(), limit: v.nullable(v.number()) }),
  ),
});

/** `GET /policies` */
export const Policies = v.object({ policies: entriesOf(Policy) });

/** `GET /executions` */
export const Executions = v.object({
  executions: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      age_ms: v.number(),
      attempt: v.number(),
      correlation_id: Text,
      abortable: v.boolean(),
    }),
  ),
  total: Count,
});

export type Breaker = v.InferOutput<typeof Breaker>;
export type Instance = v.InferOutput<typeof Instance>;
export type State = v.InferOutput<typeof State>;
export type Summary = v.InferOutput<typeof Summary>;
export type Policy = v.InferOutput<typeof Policy>;
