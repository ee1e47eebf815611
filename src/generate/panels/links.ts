import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import { labelName } from '../../semconv/prometheus.ts';
import { dashboardUid } from '../options/dashboard-uid.ts';
import type { Queries } from '../promql/queries.ts';
import { POLICY_TITLE } from './types.ts';

const TITLE = 'Dashboard of this policy';

/** A link from a series to the dashboard of its policy. */
export function createSeriesLink(queries: Queries): DashboardLinkBuilder {
  const url = toPolicyUrl(queries, (label) => {
    const name = labelName(label, queries.settings.naming);
    return `__field.labels${/^\w+$/.test(name) ? `.${name}` : `["${name}"]`}`;
  });
  return new DashboardLinkBuilder(TITLE).type(DashboardLinkType.Link).url(url);
}

/** A link from a table row, which has a column for each label of the policy. */
export function createRowLink(queries: Queries): { readonly title: string; readonly url: string } {
  const titleOf = (label: string) =>
    label === ATTR_POLICY_NAME ? POLICY_TITLE : queries.title(label);
  return { title: TITLE, url: toPolicyUrl(queries, (label) => `__data.fields.${titleOf(label)}`) };
}

/** @param toField the Grafana expression for the value of a label, encoded because it may be a URL */
function toPolicyUrl(queries: Queries, toField: (label: string) => string): string {
  const labels = queries.policy.map((label) => {
    const variable = label === ATTR_POLICY_NAME ? 'policy' : queries.variable(label);
    return `var-${variable}=\${${toField(label)}:percentencode}`;
  });
  const variables = ['${datasource:queryparam}', '${instance:queryparam}', '${__url_time_range}'];
  const query = [...labels, ...variables].join('&');
  return `/d/${dashboardUid('policy', queries.settings)}?${query}`;
}
