import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { type DashboardName, dashboardUid } from '../options/dashboard-uid.ts';
import type { Queries } from '../promql/queries.ts';

/**
 * A link to another dashboard that passes time and variables. The dashboard of one policy requires a
 * single value for the policy, so it does not get the variable, which may be `All`.
 */
export function createDashboardLink(
  { name: target, title }: { readonly name: DashboardName; readonly title: string },
  queries: Queries,
): Builder<DashboardLink> {
  const variables = [
    'datasource',
    ...queries.service.map((label) => queries.variable(label)),
    'instance',
    ...(target === 'policy' ? [] : ['policy']),
  ];
  const link = new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(
      `/d/${dashboardUid(target, queries.settings)}?${variables.map((name) => `\${${name}:queryparam}`).join('&')}`,
    )
    .icon('dashboard')
    .tooltip(title)
    .keepTime(true);
  return {
    build() {
      // The builder sets an option that hides the link in a menu.
      const { placement: _, ...built } = link.build();
      return built;
    },
  };
}
