/** The dashboards, by the names that the option `what` selects. */
export type DashboardName = 'fleet' | 'policy';

/** The uid of a dashboard, which is part of its file name and URL. */
export function dashboardUid(
  name: DashboardName,
  { uidSuffix }: { readonly uidSuffix: string },
): string {
  return ['resilience', name, ...(uidSuffix === '' ? [] : [uidSuffix])].join('-');
}
