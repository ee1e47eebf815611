/**
 * Grafana dashboards and Prometheus alert rules for the metrics of this package, made from its
 * catalog of metrics and its documented thresholds.
 *
 * Not for use in a service: needs the optional peers `yaml` and `@grafana/grafana-foundation-sdk`.
 *
 * @module
 */
import type { AlertGroup } from './alerts/alert.ts';
import * as circuitBreaker from './alerts/circuit-breaker.ts';
import { ruleFile } from './alerts/rule-file.ts';
import { fleet } from './dashboards/fleet.ts';
import { type GenerateOptions, settingsOf } from './options.ts';
import { Queries } from './queries.ts';

export type { Naming } from '../semconv/prometheus.ts';
export type { GenerateOptions };

/** The content of each file, by its path. */
export type Files = Readonly<Record<string, string>>;

/**
 * Makes the alert rules and the dashboards. The same options always give the same text.
 *
 * @throws TypeError if an option is not what it must be
 * @example
 * import { mkdirSync, writeFileSync } from 'node:fs';
 * import { dirname } from 'node:path';
 * import { generate } from 'cockatiel-otel/generate';
 *
 * for (const [path, content] of Object.entries(generate({ naming: 'otlp' }))) {
 *   mkdirSync(dirname(path), { recursive: true });
 *   writeFileSync(path, content);
 * }
 */
export function generate(options: GenerateOptions = {}): Files {
  const queries = new Queries(settingsOf(options));
  const groups: AlertGroup[] = [
    { name: 'resilience-circuit-breaker', alerts: circuitBreaker.alerts(queries) },
  ];
  return {
    'alerts/resilience-alerts.yaml': ruleFile(groups, queries),
    'dashboards/resilience-fleet.json': fleet(queries),
  };
}
