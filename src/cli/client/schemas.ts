import * as v from 'valibot';
import { CIRCUIT_BREAKER_RESULTS, CIRCUIT_BREAKER_STATES } from '../../semconv/attributes.ts';

/**
 * What the health routes answer, as far as it is shown; further fields may come. `null` is what can't
 * be known.
 */

const State = v.picklist(CIRCUIT_BREAKER_STATES);
const Count = v.pipe(v.number(), v.minValue(0));
const Time = v.nullable(v.pipe(v.string(), v.isoTimestamp()));
/** Services of before tell neither this nor what is held. */
const Since = v.optional(Time, null);
const Held = v.optional(v.boolean(), false);
const Text = v.nullable(v.string());

/** Entries by name; a record of valibot leaves out names such as `constructor`. */
function named<S extends v.GenericSchema>(schema: S) {
  return v.pipe(
    v.custom<object>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    ),
    v.transform((value) => Object.entries(value)),
    v.array(v.tuple([v.string(), schema])),
  );
}

const Instance = v.object({
  key: Text,
  state: State,
  held: Held,
  since: Since,
  fail_counter: v.nullable(Count),
  opened_at: Time,
  next_probe_at: Time,
  last_error_type: Text,
});

const Breaker = v.object({
  state: State,
  opened: v.boolean(),
  held: Held,
  since: Since,
  fail_counter: v.nullable(Count),
  fail_max: v.nullable(Count),
  opened_at: Time,
  next_probe_at: Time,
  calls: v.object(v.entriesFromList(CIRCUIT_BREAKER_RESULTS, Count)),
  last_error_type: Text,
  instance_count: v.optional(Count),
  instances: v.optional(v.array(Instance)),
});

const Summary = v.object(v.entriesFromList(['total', ...CIRCUIT_BREAKER_STATES], Count));

export const Breakers = v.object({ breakers: named(Breaker), summary: Summary });

export const Administered = v.object({
  name: v.string(),
  action: v.string(),
  state: State,
  previous_state: State,
  /** What is left to know. */
  detail: v.optional(v.string()),
});

export const Aborted = v.object({ id: v.string(), name: v.string() });

export const Health = v.object({
  status: v.picklist(['healthy', 'degraded', 'unhealthy']),
  // Without a token it may tell the status only.
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

export const Policies = v.object({ policies: named(Policy) });

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
