import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** To another dashboard, keeping the time and what is chosen. */
export function linkTo({
  uid,
  title,
}: {
  readonly uid: string;
  readonly title: string;
}): Builder<DashboardLink> {
  const link = new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(`/d/${uid}`)
    .icon('dashboard')
    .tooltip(title)
    .includeVars(true)
    .keepTime(true);
  return {
    build() {
      // The builder would hide it in a menu.
      const { placement: _, ...built } = link.build();
      return built;
    },
  };
}
