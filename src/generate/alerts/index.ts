import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import type { Limits } from '../limits.ts';
import { optionError } from '../option-error.ts';
import type { Queries } from '../promql/queries.ts';
import * as bulkhead from './bulkhead.ts';
import * as circuitBreaker from './circuit-breaker.ts';
import * as dependency from './dependency.ts';
import * as execution from './execution.ts';
import * as fallback from './fallback.ts';
import { recordingGroup } from './recording-rules.ts';
import * as retry from './retry.ts';
import * as telemetry from './telemetry.ts';
import * as timeout from './timeout.ts';
import type { Alert, Recording, RuleGroup } from './types.ts';

const GROUPS = {
  'circuit-breaker': circuitBreaker,
  retry,
  timeout,
  bulkhead,
  fallback,
  execution,
  dependency,
  telemetry,
};

/** Rules that look back over 5 min or more lose nothing by an evaluation once a minute. */
const EVALUATION_SECONDS = 60;

/**
 * Every alert, in groups. Those about circuits page soon and are evaluated at Prometheus' own interval.
 *
 * @throws TypeError if an alert to leave out is not known, or no alert reads the limit of a policy
 */
export function alertGroups(queries: Queries): RuleGroup<Alert>[] {
  const { without } = queries.settings;
  const names = Object.values(GROUPS).flatMap(({ alerts }) => alerts(queries).map(nameOf));
  const unknown = without.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw optionError('without', `some of ${[...new Set(names)].join(', ')}`, unknown);
  }
  const unread = new Set(queries.settings.policyLimits.keys());
  const groups = Object.entries(GROUPS).map(([name, { alerts }]) => ({
    name: `resilience-${name}`,
    ...(alerts === circuitBreaker.alerts ? {} : { intervalSeconds: EVALUATION_SECONDS }),
    rules: withPolicyLimits(alerts, queries, unread).filter((rule) => !without.includes(rule.name)),
  }));
  const [policy] = unread;
  if (policy !== undefined) {
    throw new TypeError(
      `Expected a threshold of the policy ${JSON.stringify(policy)} that is the limit of an alert ` +
        'about a policy, got one that no such alert reads',
    );
  }
  return groups.filter(({ rules }) => rules.length > 0);
}

/** What alerts and panels read instead of raw series of days. */
export function recordingGroups(queries: Queries): RuleGroup<Recording>[] {
  return [recordingGroup(queries)];
}

/**
 * The alerts of a group. Where a limit is set for some policies, the rule is an `or` of one part for
 * each of them, and one for all other policies.
 */
function withPolicyLimits(
  alerts: (queries: Queries) => Alert[],
  queries: Queries,
  unread: Set<string>,
): Alert[] {
  const { settings } = queries;
  const of = (scope: Matcher, limits: Limits) => alerts(queries.restrictedTo({ scope, limits }));
  const overrides = [...settings.policyLimits].map(([policy, limits]) => {
    const scope: Matcher = { label: ATTR_POLICY_NAME, op: '=', value: policy };
    return { policy, own: of(scope, limits), common: of(scope, settings.limits) };
  });
  return alerts(queries).map((alert, index) => {
    const changed = overrides.flatMap(({ policy, own, common }) => {
      const [mine, other] = [own[index], common[index]];
      const isOfPolicy = alert.subject === 'policy' || alert.subject === 'replica';
      return isOfPolicy && mine && mine.expr !== other?.expr ? [{ policy, alert: mine }] : [];
    });
    if (changed.length === 0) return alert;
    for (const { policy } of changed) unread.delete(policy);
    const scope: Matcher = {
      label: ATTR_POLICY_NAME,
      op: '!~',
      value: changed.map(({ policy }) => escaped(policy)).join('|'),
    };
    const rest = of(scope, settings.limits)[index] as Alert;
    return {
      ...alert,
      expr: [rest.expr, ...changed.map((each) => each.alert.expr)].map(bracketed).join('\nor\n'),
      limit: [alert.limit, ...changed.map((each) => `${each.policy}: ${each.alert.limit}`)].join(
        '; ',
      ),
    };
  });
}

function nameOf({ name }: Alert): string {
  return name;
}

function bracketed(expr: string): string {
  return `(\n${expr.replaceAll(/^/gm, '  ')}\n)`;
}

/** A name that means itself in a regular expression. */
function escaped(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
