import { type DependencyMonitor, monitorDependencies } from 'cockatiel-otel/health';
import { LIMITS, POLICIES } from '../../src/presets/thresholds.ts';
import { DURATION_BUCKETS } from '../../src/semconv/metrics.ts';
import type { EventLog } from './event-log.ts';
import { SCALE, scaled } from './scale.ts';
import { HEALTH, type ServiceSpec } from './services.ts';

const { interval, timeout } = POLICIES.monitor;
const { reconnect } = POLICIES.retry;

/** The limit of a slow check, rounded up to a bucket of its histogram. */
export const SLOW_SECONDS =
  DURATION_BUCKETS.find((bound) => bound >= LIMITS.healthCheck.seconds / SCALE) ??
  LIMITS.healthCheck.seconds;

/** Monitors the health endpoints of the services, and logs changes. */
export function watchServices(
  services: ReadonlyMap<string, { readonly spec: ServiceSpec; readonly url: string }>,
  feed: EventLog,
): DependencyMonitor {
  const labelOf = (name: string) => services.get(name)?.spec.label ?? name;
  const unavailable = new Set<string>();
  return monitorDependencies(
    Object.fromEntries(
      [...services].map(([name, { url }]) => {
        const health = new URL(HEALTH, url);
        return [
          name,
          {
            check: ({ signal }) => fetch(health, { signal }),
            // A real service would reconnect here.
            recover: ({ signal }) => fetch(health, { signal }),
          },
        ];
      }),
    ),
    {
      interval: scaled(interval.seconds),
      timeout: scaled(timeout.seconds),
      slowAfter: SLOW_SECONDS * 1000,
      initialDelay: scaled(reconnect.firstWaitSeconds),
      maxDelay: scaled(reconnect.maxWaitSeconds),
      onChange({ name, available, error }) {
        if (!available) {
          unavailable.add(name);
          feed.add('bad', `health check: not available (${error})`, labelOf(name));
        } else if (unavailable.delete(name))
          feed.add('good', 'health check: available again', labelOf(name));
      },
      onAlert({ name, attempts }) {
        feed.add('bad', `not recovered after ${attempts} attempts, which continue`, labelOf(name));
      },
    },
  );
}
