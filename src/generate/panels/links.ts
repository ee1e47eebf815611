import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import { labelName } from '../../semconv/prometheus.ts';
import { POLICY } from '../dashboards/uids.ts';
import type { Queries } from '../queries.ts';
import { JOB_TITLE, POLICY_TITLE } from './panel.ts';

const TITLE = 'All of this policy';

/** From a series to the dashboard of its policy. */
export function linkOfSeries(queries: Queries): DashboardLinkBuilder {
  const label = (name: string) => {
    const written = labelName(name, queries.settings.naming);
    return `\${__field.labels${/^\w+$/.test(written) ? `.${written}` : `["${written}"]`}}`;
  };
  return new DashboardLinkBuilder(TITLE)
    .type(DashboardLinkType.Link)
    .url(url(label(queries.job), label(ATTR_POLICY_NAME)));
}

/** From a row of a table. */
export function linkOfRow(): { readonly title: string; readonly url: string } {
  return { title: TITLE, url: url(cell(JOB_TITLE), cell(POLICY_TITLE)) };
}

function cell(column: string): string {
  return `\${__data.fields.${column}}`;
}

/** Grafana puts an escaped value in the place of each variable. */
function url(job: string, policy: string): string {
  const chosen = '${datasource:queryparam}&${instance:queryparam}&${__url_time_range}';
  return `/d/${POLICY}?var-job=${job}&var-policy=${policy}&${chosen}`;
}
