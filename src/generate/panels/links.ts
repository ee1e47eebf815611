import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import { labelName } from '../../semconv/prometheus.ts';
import { uidOf } from '../options/dashboard-uid.ts';
import type { Queries } from '../promql/queries.ts';
import { POLICY_TITLE } from './types.ts';

const TITLE = 'All of this policy';

/** From a series to the dashboard of its policy. */
export function linkOfSeries(queries: Queries): DashboardLinkBuilder {
  const url = urlOf(queries, (name) => {
    const written = labelName(name, queries.settings.naming);
    return `__field.labels${/^\w+$/.test(written) ? `.${written}` : `["${written}"]`}`;
  });
  return new DashboardLinkBuilder(TITLE).type(DashboardLinkType.Link).url(url);
}

/** From a row of a table, which has a column for each label of the policy. */
export function linkOfRow(queries: Queries): { readonly title: string; readonly url: string } {
  const title = (label: string) =>
    label === ATTR_POLICY_NAME ? POLICY_TITLE : queries.title(label);
  return { title: TITLE, url: urlOf(queries, (label) => `__data.fields.${title(label)}`) };
}

/** A name may be a URL itself, and Grafana does not encode it unless the link says so. */
function urlOf(queries: Queries, read: (label: string) => string): string {
  const labels = queries.policy.map((label) => {
    const variable = label === ATTR_POLICY_NAME ? 'policy' : queries.variable(label);
    return `var-${variable}=\${${read(label)}:percentencode}`;
  });
  const chosen = ['${datasource:queryparam}', '${instance:queryparam}', '${__url_time_range}'];
  return `/d/${uidOf('policy', queries.settings)}?${[...labels, ...chosen].join('&')}`;
}
