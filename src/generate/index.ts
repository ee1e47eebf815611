/**
 * Grafana dashboards and Prometheus alert rules for the metrics of this package, made from its
 * catalog of metrics and its documented thresholds.
 *
 * Not for use in a service: needs the optional peers `yaml` and `@grafana/grafana-foundation-sdk`.
 *
 * @module
 */
import { alertGroups, recordingGroups } from './alerts/index.ts';
import { dashboards } from './dashboards/index.ts';
import { classicDashboard } from './formats/classic.ts';
import { ruleFile } from './formats/prometheus.ts';
import { type GenerateOptions, settingsOf } from './options.ts';
import { Queries } from './queries.ts';

export type { Naming } from '../semconv/prometheus.ts';
export type { ThresholdName, Thresholds } from './limits.ts';
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
  return {
    'alerts/resilience-alerts.yaml': ruleFile(alertGroups(queries), queries),
    'alerts/resilience-recording-rules.yaml': ruleFile(recordingGroups(queries), queries),
    ...Object.fromEntries(
      dashboards(queries).map((dashboard) => [
        `dashboards/${dashboard.uid}.json`,
        classicDashboard(dashboard),
      ]),
    ),
  };
}
