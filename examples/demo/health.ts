import { type DependencyMonitor, monitorDependencies } from 'cockatiel-otel/health';
import { LIMITS, POLICIES } from '../../src/presets/thresholds.ts';
import { DURATION_BUCKETS } from '../../src/semconv/metrics.ts';
import type { Feed } from './feed.ts';
import { SCALE, scaled } from './scale.ts';
import { HEALTH, type ServiceSpec } from './services.ts';

const { interval, timeout } = POLICIES.monitor;
const { reconnect } = POLICIES.retry;

/** The documented limit of a check, as far as the buckets of its histogram can tell it. */
export const SLOW_SECONDS =
  DURATION_BUCKETS.find((bound) => bound >= LIMITS.healthCheck.seconds / SCALE) ??
  LIMITS.healthCheck.seconds;

/** Watches the services of the demo by their health endpoints, and tells what becomes of them. */
export function watchServices(
  services: ReadonlyMap<string, { readonly spec: ServiceSpec; readonly url: string }>,
  feed: Feed,
): DependencyMonitor {
  const labelOf = (name: string) => services.get(name)?.spec.label ?? name;
  const lost = new Set<string>();
  return monitorDependencies(
    Object.fromEntries(
      [...services].map(([name, { url }]) => {
        const health = new URL(HEALTH, url);
        return [
          name,
          {
            check: ({ signal }) => fetch(health, { signal }),
            // What a service would do is to connect anew: that fails until somebody answers.
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
          lost.add(name);
          feed.tell('bad', `health check: not available (${error})`, labelOf(name));
        } else if (lost.delete(name)) feed.tell('good', 'health check: here again', labelOf(name));
      },
      onAlert({ name, attempts }) {
        feed.tell('bad', `not recovered by ${attempts} attempts, which go on`, labelOf(name));
      },
    },
  );
}
