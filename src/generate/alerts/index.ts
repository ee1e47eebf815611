import type { Queries } from '../queries.ts';
import * as bulkhead from './bulkhead.ts';
import * as circuitBreaker from './circuit-breaker.ts';
import * as dependency from './dependency.ts';
import * as execution from './execution.ts';
import * as fallback from './fallback.ts';
import { recordings } from './recorded.ts';
import * as retry from './retry.ts';
import type { Alert, Recording, RuleGroup } from './rule.ts';
import * as telemetry from './telemetry.ts';
import * as timeout from './timeout.ts';

const ROOMS = {
  'circuit-breaker': circuitBreaker,
  retry,
  timeout,
  bulkhead,
  fallback,
  execution,
  dependency,
  telemetry,
};

/** Who looks back over 5 min or more loses nothing by looking once a minute. */
const CALM_SECONDS = 60;

/** Every alert, in groups; circuits, which page, are judged as often as Prometheus judges. */
export function alertGroups(queries: Queries): RuleGroup<Alert>[] {
  return Object.entries(ROOMS).map(([name, room]) => ({
    name: `resilience-${name}`,
    ...(room === circuitBreaker ? {} : { intervalSeconds: CALM_SECONDS }),
    rules: room.alerts(queries),
  }));
}

/** What alerts and panels read instead of long raw windows, or of many raw series. */
export function recordingGroups(queries: Queries): RuleGroup<Recording>[] {
  return [recordings(queries)];
}
