/**
 * Grafana dashboards and Prometheus alert rules for the metrics of this package, made from its
 * catalog of metrics and its documented thresholds.
 *
 * Not for use in a service, which needs only what it makes.
 *
 * @module
 */
import { alertGroups, recordingGroups } from './alerts/index.ts';
import { dashboards } from './dashboards/index.ts';
import { alertmanagerFile } from './formats/alertmanager.ts';
import { DASHBOARD_FILES, RULE_FILES } from './formats/index.ts';
import { assertOptions, type GenerateOptions, resolveGenerateSettings } from './options.ts';
import { Queries } from './promql/queries.ts';
import { resolveSelection } from './selection.ts';
import type { Files } from './write-files.ts';

export type { Naming } from '../semconv/prometheus.ts';
export type { ThresholdName, Thresholds } from './limits.ts';
export type { DashboardFormat, Format, RuleFormat, What } from './selection.ts';
export type { Files } from './write-files.ts';
export type { GenerateOptions };

/**
 * Makes the alert rules and the dashboards. The same options always give the same text.
 *
 * @throws TypeError if an option is not what it must be
 * @example
 * import { mkdirSync, writeFileSync } from 'node:fs';
 * import { dirname } from 'node:path';
 * import { generate } from 'cockatiel-otel/generate';
 *
 * const files = generate({ naming: 'otlp', what: 'rules', format: 'prometheus-rule' });
 * for (const [path, content] of Object.entries(files)) {
 *   mkdirSync(dirname(path), { recursive: true });
 *   writeFileSync(path, content);
 * }
 */
export function generate(options: GenerateOptions = {}): Files {
  assertOptions(options);
  const { has, ...selection } = resolveSelection(options);
  const queries = new Queries(resolveGenerateSettings(options));
  const alerts = alertGroups(queries);
  const rules = {
    alerts: has('alerts') ? alerts : [],
    recordings: has('recording-rules') ? recordingGroups(queries) : [],
  };
  const shown = dashboards(queries, selection.dashboards);
  const files: Files = Object.assign(
    {},
    ...selection.ruleFormats.map((format) => RULE_FILES[format](rules, queries)),
    ...selection.dashboardFormats.map((format) => DASHBOARD_FILES[format](shown, queries)),
    has('alertmanager')
      ? {
          'alertmanager.yaml': alertmanagerFile(
            alerts.flatMap((group) => group.rules),
            queries,
          ),
        }
      : {},
  );
  // Nothing to load would look like nothing that is wrong.
  if (Object.keys(files).length === 0)
    throw new Error('Expected something to generate, got nothing');
  return files;
}
