/**
 * Generates Grafana dashboards and Prometheus rules for the metrics of this package.
 *
 * Services load the generated files; they do not import this module.
 *
 * @module
 */
import { alertGroups, recordingGroups } from './alerts/index.ts';
import { buildDashboards } from './dashboards/index.ts';
import { alertmanagerFile } from './formats/alertmanager.ts';
import { DASHBOARD_FILES, RULE_FILES } from './formats/index.ts';
import type { Files } from './formats/write-files.ts';
import {
  assertOptions,
  type GenerateOptions,
  resolveGenerateSettings,
} from './options/generate-options.ts';
import { resolveSelection } from './options/selection.ts';
import { Queries } from './promql/queries.ts';

export type { Naming } from '../semconv/prometheus.ts';
export type { Files } from './formats/write-files.ts';
export type { ThresholdName, Thresholds } from './options/limits.ts';
export type { DashboardFormat, Format, RuleFormat, What } from './options/selection.ts';
export type { GenerateOptions };

/**
 * Generates dashboards and rules. The same options generate the same text.
 *
 * @returns the content of each file by its path
 * @throws TypeError if an option is unknown or has an invalid value
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
  const selectedDashboards = buildDashboards(queries, selection.dashboards);
  const files: Files = Object.assign(
    {},
    ...selection.ruleFormats.map((format) => RULE_FILES[format](rules, queries)),
    ...selection.dashboardFormats.map((format) =>
      DASHBOARD_FILES[format](selectedDashboards, queries),
    ),
    has('alertmanager')
      ? {
          'alertmanager.yaml': alertmanagerFile(
            alerts.flatMap((group) => group.rules),
            queries,
          ),
        }
      : {},
  );
  // An empty result would look like a fleet without problems.
  if (Object.keys(files).length === 0) throw new Error('Expected at least one file, got none');
  return files;
}
