/** Every dashboard, by the name under which `what` selects it. */
export type DashboardName = 'fleet' | 'policy';

/** The uid of a dashboard, which is also the name of its file and the end of its URL. */
export function uidOf(name: DashboardName, { uidSuffix }: { readonly uidSuffix: string }): string {
  return ['resilience', name, ...(uidSuffix === '' ? [] : [uidSuffix])].join('-');
}
