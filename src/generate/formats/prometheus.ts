import { stringify } from 'yaml';
import type { RuleGroup } from '../alerts/rule.ts';
import { GENERATED } from '../generated.ts';
import type { Queries } from '../queries.ts';
import { prometheusGroup } from './rules.ts';

/** A rule file of Prometheus. */
export function ruleFile(groups: readonly RuleGroup[], queries: Queries): string {
  const content = { groups: groups.map((group) => prometheusGroup(group, queries)) };
  return `# ${GENERATED}\n${stringify(content, { lineWidth: 0 })}`;
}
