import type { RuleGroup } from '../alerts/types.ts';
import type { Queries } from '../promql/queries.ts';
import { prometheusGroups } from './rules.ts';
import { yamlFile } from './yaml.ts';

/** A rule file of Prometheus. */
export function ruleFile(groups: readonly RuleGroup[], queries: Queries): string {
  return yamlFile({ groups: prometheusGroups(groups, queries) });
}
