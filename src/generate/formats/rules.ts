import { ATTR_DEPENDENCY_NAME, ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import type { Alert, Recording, RuleGroup, Subject } from '../alerts/rule.ts';
import { FLEET, POLICY } from '../dashboards/uids.ts';
import type { Queries } from '../queries.ts';

/** Groups as Prometheus writes them, and Mimir and the operator after it. */
export function prometheusGroups(groups: readonly RuleGroup[], queries: Queries) {
  return groups.map((group) => prometheusGroup(group, queries));
}

function prometheusGroup({ name, intervalSeconds, rules }: RuleGroup, queries: Queries) {
  // A group without rules would look like a system without faults.
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
  const { name, expr, forSeconds, severity } = alert;
  return {
    alert: name,
    expr,
    ...(forSeconds === undefined ? {} : { for: queries.time(forSeconds) }),
    labels: { severity },
    annotations: annotations(alert, queries),
  };
}

/** The variables of the dashboards that the labels of an alert know. */
const VARIABLES: Readonly<Record<Subject, (queries: Queries) => Readonly<Record<string, string>>>> =
  {
    // All replicas are shown, the one among them: what is recorded is of all.
    replica: ({ job }) => ({ job, policy: ATTR_POLICY_NAME }),
    policy: ({ job }) => ({ job, policy: ATTR_POLICY_NAME }),
    // A dependency is watched under the name of the policy that protects its calls.
    dependency: ({ job }) => ({ job, policy: ATTR_DEPENDENCY_NAME }),
    job: ({ job }) => ({ job }),
  };

export function annotations(
  { name, about, summary, description }: Alert,
  queries: Queries,
): Readonly<Record<string, string>> {
  const { runbookBase, dashboardBase } = queries.settings;
  const variables = Object.entries(VARIABLES[about](queries)).map(
    ([variable, label]) => `var-${variable}={{ ${queries.labelValue(label)} | urlquery }}`,
  );
  const dashboard = about === 'job' ? FLEET : POLICY;
  return {
    summary,
    description,
    runbook_url: `${runbookBase}/${name}.md`,
    ...(dashboardBase === undefined
      ? {}
      : { dashboard_url: `${dashboardBase}/d/${dashboard}?${variables.join('&')}` }),
  };
}
