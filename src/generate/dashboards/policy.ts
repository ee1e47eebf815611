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
import { is, Queries } from '../queries.ts';
import { dashboardOf, type Section } from './layout.ts';
import { FLEET, POLICY } from './uids.ts';

const SECTIONS: readonly Section[] = [
  {
    title: 'Summary',
    lines: [
      {
        height: 4,
        panels: [
          state.stateNow,
          execution.callRate,
          slo.answered,
          execution.p95,
          slo.budgetLeft,
          breaker.recovery,
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
      { height: 8, panels: [breaker.transitions, breaker.openings, breaker.recoveries] },
      {
        height: 8,
        panels: [state.shareNotClosed, state.replicasNotClosed, state.shareOfFleet],
      },
      { height: 8, panels: [breaker.administration] },
    ],
  },
  {
    title: 'Retry',
    lines: [
      { height: 8, panels: [retry.calls, retry.attempts, retry.secondRetries] },
      { height: 8, panels: [retry.recovered, retry.exhausted] },
      { height: 8, panels: [retry.amplification, retry.delay] },
    ],
  },
  {
    title: 'Timeout',
    lines: [{ height: 8, panels: [timeout.calls, timeout.duration, timeout.timedOut] }],
  },
  {
    title: 'Bulkhead',
    lines: [
      { height: 8, panels: [bulkhead.active, bulkhead.queued, bulkhead.saturation] },
      { height: 8, panels: [bulkhead.calls, bulkhead.rejections, bulkhead.wait] },
    ],
  },
  {
    title: 'Fallback',
    lines: [
      { height: 8, panels: [fallback.calls, fallback.used, fallback.failures] },
      { height: 8, panels: [fallback.byType, fallback.errors] },
    ],
  },
  {
    title: 'Dependency of the same name',
    lines: [
      { height: 8, panels: [dependency.reachable, dependency.recoveries] },
      { height: 8, panels: [dependency.checkDuration, dependency.checks] },
    ],
  },
  {
    title: 'How fast the error budget burns',
    lines: [
      { height: 8, panels: slo.BURNS.slice(0, 2) },
      { height: 8, panels: slo.BURNS.slice(2) },
    ],
  },
  {
    title: 'Instrumentation: can this be trusted?',
    lines: [
      { height: 8, panels: [telemetry.breakersLeft, telemetry.replicas] },
      { height: 8, panels: [telemetry.overflow, telemetry.errors] },
    ],
  },
];

/**
 * Grafana escapes a single value for a string, not for a regular expression; and a policy may be
 * called by a URL. So it is matched as it is.
 */
class OnePolicy extends Queries {
  override get chosen() {
    return { ...super.chosen, policy: is(ATTR_POLICY_NAME, '$policy') };
  }
}

/** One policy in depth. */
export function policy(queries: Queries): Dashboard {
  return dashboardOf(
    {
      uid: POLICY,
      title: 'Resilience: policy',
      description:
        'One resilience policy in depth: what callers got, and what each part of it did.',
      policies: 'one',
      points: 160,
      other: { uid: FLEET, title: 'The whole fleet' },
      sections: SECTIONS,
    },
    new OnePolicy(queries.settings),
  );
}
