import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Alert, Recording, RuleGroup } from '../alerts/types.ts';
import type { DashboardFormat, RuleFormat } from '../options/selection.ts';
import type { Queries } from '../promql/queries.ts';
import { classicDashboard } from './classic.ts';
import { configMap } from './configmap.ts';
import { grafanaAlerts } from './grafana-alerts.ts';
import { mimirFile } from './mimir.ts';
import { ruleFile } from './prometheus.ts';
import { prometheusRule } from './prometheus-rule.ts';
import { dashboardProvider } from './provisioning.ts';
import type { Files } from './write-files.ts';

/** Parts that are not selected are empty. */
export interface Rules {
  readonly alerts: readonly RuleGroup<Alert>[];
  readonly recordings: readonly RuleGroup<Recording>[];
}

const ALERTS = 'resilience-alerts';
const RECORDING_RULES = 'resilience-recording-rules';

type DashboardFiles = (dashboards: readonly Dashboard[], queries: Queries) => Files;
type RuleFiles = (rules: Rules, queries: Queries) => Files;

/** Each format has its own folder, so that one directory can hold several formats. */
export const DASHBOARD_FILES: Readonly<Record<DashboardFormat, DashboardFiles>> = {
  classic,
  configmap: filePerDashboard('kubernetes', 'yaml', (dashboard, { settings }) =>
    configMap(dashboard, settings),
  ),
  provisioning: (dashboards, queries) => ({
    ...(dashboards.length > 0
      ? { 'provisioning/dashboards/resilience.yaml': dashboardProvider() }
      : {}),
    ...classic(dashboards, queries),
  }),
};

const prometheus = alertAndRecordingFiles('alerts', (_, groups, queries) =>
  ruleFile(groups, queries),
);

export const RULE_FILES: Readonly<Record<RuleFormat, RuleFiles>> = {
  prometheus,
  'prometheus-rule': alertAndRecordingFiles('kubernetes', prometheusRule),
  mimir: alertAndRecordingFiles('mimir', mimirFile),
  grafana: ({ alerts, recordings }, queries) => ({
    ...(alerts.length > 0
      ? { [`provisioning/alerting/${ALERTS}.yaml`]: grafanaAlerts(alerts, queries) }
      : {}),
    ...prometheus({ alerts: [], recordings }, queries),
  }),
};

function classic(dashboards: readonly Dashboard[], queries: Queries): Files {
  return filePerDashboard('dashboards', 'json', classicDashboard)(dashboards, queries);
}

/** A file for each dashboard. */
function filePerDashboard(
  folder: string,
  type: string,
  format: (dashboard: Dashboard, queries: Queries) => string,
): DashboardFiles {
  return (dashboards, queries) =>
    Object.fromEntries(
      dashboards.map((dashboard) => [
        `${folder}/${dashboard.uid}.${type}`,
        format(dashboard, queries),
      ]),
    );
}

/** A file of alerts and a file of recording rules. */
function alertAndRecordingFiles(
  folder: string,
  format: (name: string, groups: readonly RuleGroup[], queries: Queries) => string,
): RuleFiles {
  return ({ alerts, recordings }, queries) =>
    Object.fromEntries(
      Object.entries({ [ALERTS]: alerts, [RECORDING_RULES]: recordings })
        .filter(([, groups]) => groups.length > 0)
        .map(([name, groups]) => [`${folder}/${name}.yaml`, format(name, groups, queries)]),
    );
}
