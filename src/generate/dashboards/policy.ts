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
import { buildDashboard, type Section } from './layout.ts';

/** Sections about members that a policy may not have are collapsed. */
const SECTIONS: readonly Section[] = [
  {
    title: 'Summary',
    lines: [
      {
        height: 4,
        panels: [
          state.currentState,
          state.openSince,
          execution.unansweredRate,
          breaker.topErrorType,
          slo.answeredShare,
          slo.budgetLeft,
        ],
      },
    ],
  },
  {
    title: 'Calls',
    lines: [
      {
        height: 8,
        panels: [execution.callsByOutcome, execution.unansweredShare, execution.runningCalls],
      },
      { height: 8, panels: [execution.duration, execution.durationByResult] },
    ],
  },
  {
    title: 'Circuit breaker',
    lines: [
      {
        height: 8,
        panels: [state.stateByReplica, state.breakersByState, state.consecutiveFailures],
      },
      { height: 8, panels: [breaker.callsByResult, breaker.successRate, breaker.failuresByType] },
      { height: 8, panels: [breaker.transitions, breaker.manualOperations] },
    ],
  },
  {
    title: 'Retry',
    isCollapsed: true,
    lines: [
      { height: 8, panels: [retry.callsByResult, retry.retriesByAttempt, retry.secondRetries] },
      { height: 8, panels: [retry.recoveredShare, retry.exhaustedShare] },
      { height: 8, panels: [retry.amplification, retry.meanDelay] },
      { height: 8, panels: [retry.budgetDeniedShare, retry.budgetBalance] },
    ],
  },
  {
    title: 'Timeout',
    isCollapsed: true,
    lines: [
      {
        height: 8,
        panels: [timeout.callsByResult, timeout.durationAndLimit, timeout.timedOutShare],
      },
    ],
  },
  {
    title: 'Bulkhead',
    isCollapsed: true,
    lines: [
      { height: 8, panels: [bulkhead.slotsInUse, bulkhead.queuedCalls, bulkhead.utilization] },
      { height: 8, panels: [bulkhead.callsByResult, bulkhead.rejectedShare, bulkhead.queueWait] },
    ],
  },
  {
    title: 'Fallback',
    isCollapsed: true,
    lines: [
      { height: 8, panels: [fallback.callsByResult, fallback.usedShare, fallback.failures] },
      { height: 8, panels: [fallback.resultsByType, fallback.errorsByType] },
    ],
  },
  {
    title: 'Dependency of the same name',
    isCollapsed: true,
    lines: [
      { height: 8, panels: [dependency.reachingReplicas, dependency.recoveryAttempts] },
      { height: 8, panels: [dependency.checkDuration, dependency.checksByResult] },
    ],
  },
  {
    title: 'Error budget burn and recovery time',
    isCollapsed: true,
    lines: [{ height: 8, panels: [slo.budgetBurn, breaker.recoveryTime] }],
  },
  {
    title: 'Instrumentation health',
    isCollapsed: true,
    lines: [{ height: 8, panels: [telemetry.reportingReplicas, telemetry.instrumentationErrors] }],
  },
];

/**
 * Matches the policy exactly. Grafana escapes a single value for a string but not for a regular
 * expression, and the name of a policy may be a URL.
 */
class SinglePolicyQueries extends Queries {
  override get dashboardMatchers() {
    return { ...super.dashboardMatchers, policy: equals(ATTR_POLICY_NAME, '$policy') };
  }
}

/** The dashboard of one policy. */
export function buildPolicyDashboard(queries: Queries): Dashboard {
  return buildDashboard(
    {
      name: 'policy',
      title: 'Resilience: policy',
      description: 'One resilience policy: what callers experience, and what each member does.',
      policies: 'one',
      maxDataPoints: 160,
      link: { name: 'fleet', title: 'The whole fleet' },
      sections: SECTIONS,
    },
    new SinglePolicyQueries(queries.settings),
  );
}
