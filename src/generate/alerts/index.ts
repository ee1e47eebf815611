import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import type { Limits } from '../options/limits.ts';
import { optionError } from '../options/option-error.ts';
import type { Queries } from '../promql/queries.ts';
import * as bulkhead from './bulkhead.ts';
import * as circuitBreaker from './circuit-breaker.ts';
import * as dependency from './dependency.ts';
import * as errorBudget from './error-budget.ts';
import * as execution from './execution.ts';
import * as fallback from './fallback.ts';
import { recordingGroup } from './recording-rules.ts';
import * as retry from './retry.ts';
import * as telemetry from './telemetry.ts';
import * as timeout from './timeout.ts';
import type { Alert, Recording, RuleGroup } from './types.ts';

/**
 * Seconds between two evaluations of groups with alerts that page, and of all others. The interval of
 * Prometheus does not matter, because rules over every series of a fleet are expensive.
 */
const PAGE_SECONDS = 60;
const WARNING_SECONDS = 120;
/**
 * For rules over 6 h of raw samples. Prometheus looks back 5 min, so a longer interval would make gaps in
 * `ALERTS`.
 */
const SLOW_SECONDS = 240;

const ALERT_GROUPS = {
  'circuit-breaker': { ...circuitBreaker, intervalSeconds: PAGE_SECONDS },
  retry: { ...retry, intervalSeconds: WARNING_SECONDS },
  timeout: { ...timeout, intervalSeconds: WARNING_SECONDS },
  bulkhead: { ...bulkhead, intervalSeconds: WARNING_SECONDS },
  fallback: { ...fallback, intervalSeconds: PAGE_SECONDS },
  execution: { ...execution, intervalSeconds: WARNING_SECONDS },
  'error-budget': { ...errorBudget.fast, intervalSeconds: PAGE_SECONDS },
  'slow-error-budget': { ...errorBudget.slow, intervalSeconds: SLOW_SECONDS },
  dependency: { ...dependency, intervalSeconds: WARNING_SECONDS },
  telemetry: { ...telemetry, intervalSeconds: WARNING_SECONDS },
};

/**
 * All alerts in groups.
 *
 * @throws TypeError if an alert to omit is unknown, or no alert reads the limit of a policy
 */
export function alertGroups(queries: Queries): RuleGroup<Alert>[] {
  const { without } = queries.settings;
  const names = Object.values(ALERT_GROUPS).flatMap(({ alerts }) => alerts(queries).map(nameOf));
  const unknown = without.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw optionError('without', `some of ${[...new Set(names)].join(', ')}`, unknown);
  }
  const unread = new Set(queries.settings.policyLimits.keys());
  const groups = Object.entries(ALERT_GROUPS).map(([name, { alerts, intervalSeconds }]) => ({
    name: `resilience-${name}`,
    intervalSeconds,
    rules: withPolicyLimits(alerts, queries, unread).filter((rule) => !without.includes(rule.name)),
  }));
  const [policy] = unread;
  if (policy !== undefined) {
    throw new TypeError(
      `Expected a threshold of the policy ${JSON.stringify(policy)} that an alert about policies ` +
        'reads, got one that no such alert reads',
    );
  }
  return groups.filter(({ rules }) => rules.length > 0);
}

/** The recording rules, whose series alerts and panels read for windows of hours and days. */
export function recordingGroups(queries: Queries): RuleGroup<Recording>[] {
  return [recordingGroup(queries)];
}

/**
 * The alerts of a group. If policies have own limits, a rule is an `or` of a part for each such
 * policy and a part for all others.
 */
function withPolicyLimits(
  alerts: (queries: Queries) => Alert[],
  queries: Queries,
  unread: Set<string>,
): Alert[] {
  const { settings } = queries;
  const alertsFor = (scope: Matcher, limits: Limits) =>
    alerts(queries.restrictedTo({ scope, limits }));
  const overrides = [...settings.policyLimits].map(([policy, limits]) => {
    const scope: Matcher = { label: ATTR_POLICY_NAME, op: '=', value: policy };
    return { policy, own: alertsFor(scope, limits), common: alertsFor(scope, settings.limits) };
  });
  return alerts(queries).map((alert, index) => {
    const changed = overrides.flatMap(({ policy, own, common }) => {
      const [ownAlert, commonAlert] = [own[index], common[index]];
      const isOfPolicy = alert.subject === 'policy' || alert.subject === 'replica';
      return isOfPolicy && ownAlert && ownAlert.expr !== commonAlert?.expr
        ? [{ policy, alert: ownAlert }]
        : [];
    });
    if (changed.length === 0) return alert;
    for (const { policy } of changed) unread.delete(policy);
    const scope: Matcher = {
      label: ATTR_POLICY_NAME,
      op: '!~',
      value: changed.map(({ policy }) => escapeRegExp(policy)).join('|'),
    };
    const rest = alertsFor(scope, settings.limits)[index] as Alert;
    return {
      ...alert,
      expr: [rest.expr, ...changed.map((change) => change.alert.expr)]
        .map(parenthesize)
        .join('\nor\n'),
      limit: [
        alert.limit,
        ...changed.map((change) => `${change.policy}: ${change.alert.limit}`),
      ].join('; '),
    };
  });
}

function nameOf({ name }: Alert): string {
  return name;
}

function parenthesize(expr: string): string {
  return `(\n${expr.replaceAll(/^/gm, '  ')}\n)`;
}

/** Escapes a name for a regular expression. */
function escapeRegExp(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
