import type { Alert } from '../alerts/rule.ts';

type Known = Pick<Alert, 'name'> & Partial<Pick<Alert, 'severity'>>;

interface Inhibition {
  /** While it fires, */
  readonly cause: Known;
  /** nobody needs to be told of these, for the same job and policy. */
  readonly symptoms: readonly Known[];
}

/**
 * Which alert explains which. Nothing explains that fallbacks fail, that metrics are absent, or that
 * the budget burns fast: these are always told.
 */
export const INHIBITIONS: readonly Inhibition[] = [
  {
    cause: { name: 'ResilienceCircuitBreakerOpenFleetWide' },
    symptoms: [
      { name: 'ResilienceCircuitBreakerStuckOpen' },
      { name: 'ResilienceCircuitBreakerProbeFailed' },
      { name: 'ResilienceCircuitBreakerOpened' },
      { name: 'ResilienceCircuitBreakerFlapping' },
      { name: 'ResilienceNetworkDegradation' },
      { name: 'ResilienceRetrySuccessLow' },
      { name: 'ResilienceRetryAmplification' },
      { name: 'ResilienceTimeoutRateHigh' },
      { name: 'ResilienceFallbackUsageHigh' },
      { name: 'ResilienceLatencyP95High' },
      { name: 'ResilienceErrorBudgetBurn', severity: 'warning' },
    ],
  },
  {
    cause: { name: 'ResilienceCircuitBreakerStuckOpen' },
    symptoms: [{ name: 'ResilienceCircuitBreakerProbeFailed' }],
  },
  {
    cause: { name: 'ResilienceErrorBudgetBurn', severity: 'critical' },
    symptoms: [{ name: 'ResilienceErrorBudgetBurn', severity: 'warning' }],
  },
];

/** @throws Error if an alert is not there, or not with that severity: a rule that inhibits nothing */
export function assertAlerts(alerts: readonly Alert[]): void {
  for (const { name, severity } of INHIBITIONS.flatMap(({ cause, symptoms }) => [
    cause,
    ...symptoms,
  ])) {
    const found = alerts.filter((alert) => alert.name === name);
    if (found.some((alert) => severity === undefined || alert.severity === severity)) continue;
    throw new Error(`Expected an alert ${[severity, name].filter(Boolean).join(' ')}, found none`);
  }
}
