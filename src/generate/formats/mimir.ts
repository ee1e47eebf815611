import type { RuleGroup } from '../alerts/types.ts';
import type { Queries } from '../promql/queries.ts';
import { prometheusGroups } from './rules.ts';
import { yamlFile } from './yaml.ts';

/** A rule file for `mimirtool rules sync`. Each file needs its own namespace. */
export function mimirFile(name: string, groups: readonly RuleGroup[], queries: Queries): string {
  return yamlFile({ namespace: name, groups: prometheusGroups(groups, queries) });
}
