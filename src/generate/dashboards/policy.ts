import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import * as bulkhead from '../panels/bulkhead.ts';
import * as breaker from '../panels/circuit-breaker.ts';
import * as state from '../panels/circuit-breaker-state.ts';
import * as dependency from '../panels/dependency.ts';
import * as execution from '../panels/execution.ts';
import * as fallback from '../panels/fallback.ts';
import * as retry from '../panels/retry.ts';
import * as slo from '../panels/slo.ts';
import * as telemetry from '../panels/telemetry.ts';
import * as timeout from '../panels/timeout.ts';
import { equals, Queries } from '../promql/queries.ts';
import { dashboardOf, type Section } from './layout.ts';

/** Rows of parts that a policy may not have are collapsed. */
const SECTIONS: readonly Section[] = [
  {
    title: 'Summary',
    lines: [
      {
        height: 4,
        panels: [
          state.stateNow,
          state.openSince,
          execution.unanswered,
          breaker.failingErrorType,
          slo.answered,
          slo.budgetLeft,
        ],
      },
    ],
  },
  {
    title: 'Calls: what callers got',
    lines: [
      { height: 8, panels: [execution.byOutcome, execution.withoutAnswer, execution.active] },
      { height: 8, panels: [execution.duration, execution.durationByResult] },
    ],
  },
  {
    title: 'Circuit breaker',
    lines: [
      { height: 8, panels: [state.stateByReplica, state.breakersByState, state.failures] },
      { height: 8, panels: [breaker.calls, breaker.successRate, breaker.errors] },
      { height: 8, panels: [breaker.transitions, breaker.administration] },
    ],
  },
  {
    title: 'Retry',
    isCollapsed: true,
    lines: [
      { height: 8, panels: [retry.calls, retry.attempts, retry.secondRetries] },
      { height: 8, panels: [retry.recovered, retry.exhausted] },
      { height: 8, panels: [retry.amplification, retry.delay] },
    ],
  },
  {
    title: 'Timeout',
    isCollapsed: true,
    lines: [{ height: 8, panels: [timeout.calls, timeout.duration, timeout.timedOut] }],
  },
  {
    title: 'Bulkhead',
    isCollapsed: true,
    lines: [
      { height: 8, panels: [bulkhead.active, bulkhead.queued, bulkhead.saturation] },
      { height: 8, panels: [bulkhead.calls, bulkhead.rejections, bulkhead.wait] },
    ],
  },
  {
    title: 'Fallback',
    isCollapsed: true,
    lines: [
      { height: 8, panels: [fallback.calls, fallback.used, fallback.failures] },
      { height: 8, panels: [fallback.byType, fallback.errors] },
    ],
  },
  {
    title: 'Dependency of the same name',
    isCollapsed: true,
    lines: [
      { height: 8, panels: [dependency.reachable, dependency.recoveries] },
      { height: 8, panels: [dependency.checkDuration, dependency.checks] },
    ],
  },
  {
    title: 'How fast the error budget burns, and circuits recover',
    isCollapsed: true,
    lines: [{ height: 8, panels: [slo.burn, breaker.recoveries] }],
  },
  {
    title: 'Instrumentation: can this be trusted?',
    isCollapsed: true,
    lines: [{ height: 8, panels: [telemetry.replicas, telemetry.errors] }],
  },
];

/**
 * Grafana escapes a single value for a string, not for a regular expression; and a policy may be
 * called by a URL. So it is matched as it is.
 */
class OnePolicy extends Queries {
  override get dashboardMatchers() {
    return { ...super.dashboardMatchers, policy: equals(ATTR_POLICY_NAME, '$policy') };
  }
}

/** One policy in depth. */
export function policy(queries: Queries): Dashboard {
  return dashboardOf(
    {
      name: 'policy',
      title: 'Resilience: policy',
      description:
        'One resilience policy in depth: what callers got, and what each part of it did.',
      policies: 'one',
      points: 160,
      other: { name: 'fleet', title: 'The whole fleet' },
      sections: SECTIONS,
    },
    new OnePolicy(queries.settings),
  );
}
