import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { type DashboardName, uidOf } from '../options/dashboard-uid.ts';
import type { Queries } from '../promql/queries.ts';

/**
 * To another dashboard, with the time shown. The dashboard of one policy gets no policy: it takes a
 * single value, and `All` is none.
 */
export function linkTo(
  { name, title }: { readonly name: DashboardName; readonly title: string },
  queries: Queries,
): Builder<DashboardLink> {
  const variables = [
    'datasource',
    ...queries.service.map((label) => queries.variable(label)),
    'instance',
    ...(name === 'policy' ? [] : ['policy']),
  ];
  const link = new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(
      `/d/${uidOf(name, queries.settings)}?${variables.map((each) => `\${${each}:queryparam}`).join('&')}`,
    )
    .icon('dashboard')
    .tooltip(title)
    .keepTime(true);
  return {
    build() {
      // The builder would hide it in a menu.
      const { placement: _, ...built } = link.build();
      return built;
    },
  };
}
