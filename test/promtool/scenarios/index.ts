import type { Table } from '../scenario.ts';
import * as bulkhead from './bulkhead.ts';
import * as circuitBreaker from './circuit-breaker.ts';
import * as dependency from './dependency.ts';
import * as execution from './execution.ts';
import * as fallback from './fallback.ts';
import * as retry from './retry.ts';
import * as telemetry from './telemetry.ts';
import * as timeout from './timeout.ts';

/** The scenarios of every alert. */
export const TABLES: readonly Table[] = [
  circuitBreaker,
  retry,
  timeout,
  bulkhead,
  fallback,
  execution,
  dependency,
  telemetry,
].flatMap(({ tables }) => tables);
