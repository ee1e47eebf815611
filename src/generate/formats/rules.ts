import { ATTR_DEPENDENCY_NAME, ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import type { Alert, Recording, RuleGroup, Subject } from '../alerts/types.ts';
import { dashboardUid } from '../options/dashboard-uid.ts';
import type { Queries } from '../promql/queries.ts';

/** Rule groups for Prometheus, Mimir and the Prometheus operator. */
export function prometheusGroups(groups: readonly RuleGroup[], queries: Queries) {
  return groups.map((group) => prometheusGroup(group, queries));
}

function prometheusGroup({ name, intervalSeconds, rules }: RuleGroup, queries: Queries) {
  // An empty group would look like a fleet without problems.
  if (rules.length === 0) throw new Error(`Expected rules in the group ${name}, got none`);
  return {
    name,
    ...(intervalSeconds === undefined ? {} : { interval: queries.time(intervalSeconds) }),
    rules: rules.map((rule) => ('record' in rule ? recordingRule(rule) : alertRule(rule, queries))),
  };
}

function recordingRule({ record, expr }: Recording) {
  return { record, expr };
}

function alertRule(alert: Alert, queries: Queries) {
  const { name, expr, forSeconds, keepFiringSeconds, severity, labels } = alert;
  return {
    alert: name,
    expr,
    ...(forSeconds === undefined ? {} : { for: queries.time(forSeconds) }),
    ...(keepFiringSeconds === undefined
      ? {}
      : { keep_firing_for: queries.time(keepFiringSeconds) }),
    labels: { severity, ...labels },
    annotations: annotations(alert, queries),
  };
}

/** The dashboard variables that an alert sets, and the labels with their values. */
function variables(about: Subject, queries: Queries): [variable: string, label: string][] {
  const service = queries.service
    .filter((label) => about !== 'jobs' || label !== queries.job)
    .map((label): [string, string] => [queries.variable(label), label]);
  if (about === 'job') return service;
  // A dependency has the name of the policy that protects its calls.
  const policy = about === 'dependency' ? ATTR_DEPENDENCY_NAME : ATTR_POLICY_NAME;
  return [...service, ['policy', policy]];
}

export function annotations(alert: Alert, queries: Queries): Readonly<Record<string, string>> {
  const { name, subject: about, summary } = alert;
  const { runbookBase, dashboardBase } = queries.settings;
  const parameters = variables(about, queries).map(
    ([variable, label]) => `var-${variable}={{ ${queries.labelExpression(label)} | urlquery }}`,
  );
  const dashboard = about === 'job' || about === 'jobs' ? 'fleet' : 'policy';
  return {
    summary,
    description: describe(alert),
    runbook_url: `${runbookBase}/${name}.md`,
    ...(dashboardBase === undefined
      ? {}
      : {
          dashboard_url: `${dashboardBase}/d/${dashboardUid(dashboard, queries.settings)}?${parameters.join('&')}`,
        }),
  };
}

/** The description with limit and advice. */
export function describe({ description, limit, advice }: Alert): string {
  const limited = limit === undefined ? description : `${description} (limit ${limit})`;
  return [`${limited}.`, ...(advice === undefined ? [] : [advice])].join(' ');
}
