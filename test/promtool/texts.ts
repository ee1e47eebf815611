/** What somebody woken by an alert reads, word by word. */
export interface Text {
  readonly alert: string;
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
  readonly dashboard: string;
}

export const TEXTS: readonly Text[] = [
  {
    alert: 'ResilienceCircuitBreakerOpenFleetWide',
    severity: 'critical',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'The circuit of servicenow is open on most replicas.',
    description:
      '100% of the circuit breakers of servicenow (job shop) were open or half-open in the last 5m, on average, and calls were rejected (limit 50%). Most callers get nothing.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceCircuitBreakerStuckOpen',
    severity: 'critical',
    labels: { instance: 'a', resilience_policy_name: 'servicenow' },
    summary: 'The circuit of servicenow stays open on a.',
    description:
      'The circuit breaker of servicenow on a (job shop) has not been closed for 6m 0s, and callers meet it (limit 5m). Most callers get nothing.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceCircuitBreakerProbeFailed',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'servicenow is still failing after the reset time of its circuit.',
    description:
      'Failed probes of servicenow (job shop) in the last 5m, or 15m while the circuit is open: 12 (limit 1). The circuit was tried after its reset time, and opened again.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceCircuitBreakerOpened',
    severity: 'info',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'The circuit of servicenow opened.',
    description: 'Openings of the circuit of servicenow (job shop) in the last 5m: 1 (limit 1).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceCircuitBreakerFlapping',
    severity: 'warning',
    labels: { instance: 'a', resilience_policy_name: 'servicenow' },
    summary: 'The circuit of servicenow opens again and again on a.',
    description:
      'The circuit of servicenow on a (job shop) opened 3 times in the last 30m, and closed in between (limit 3).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceCircuitBreakerIsolated',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'The circuit of servicenow is isolated, and perhaps forgotten.',
    description:
      'Circuit breakers of servicenow (job shop) that were isolated by hand for the whole of the last 1h: 1 (limit 1h). They stay isolated until someone releases them.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceRecoverySlow',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'servicenow takes long to recover.',
    description:
      'The circuit of servicenow (job shop) took 7m 0s on average from open to closed in the incidents of the last 1d (limit 5m).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceNetworkDegradation',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'Calls of servicenow fail twice in a row.',
    description:
      '11 calls of servicenow (job shop) failed twice in a row and were made a third time in the last 5m (limit 10, and 0.1% of the calls). The network or the dependency is degraded.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceRetrySuccessLow',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'Retries of servicenow hardly help.',
    description:
      'Only 50% of the retried calls of servicenow (job shop) recovered in the last 15m (limit 70%). The others failed after their last attempt.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceRetryAmplification',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'Retries add to the load of servicenow.',
    description:
      'Retries added 60% to the calls of servicenow (job shop) in the last 10m (limit 50%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceTimeoutRateHigh',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'Calls of servicenow time out.',
    description: '10% of the calls of servicenow (job shop) timed out in the last 10m (limit 5%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceBulkheadRejections',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'The bulkhead of servicenow rejects calls.',
    description:
      '2% of the calls of servicenow (job shop) found the bulkhead and its queue full in the last 10m (limit 1%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceBulkheadSaturated',
    severity: 'warning',
    labels: { instance: 'a', resilience_policy_name: 'servicenow' },
    summary: 'The bulkhead of servicenow is full on a.',
    description:
      '100% of the slots of servicenow on a (job shop) were taken in the last 5m, on average (limit 90%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceFallbackUsageHigh',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'A fallback answers callers of servicenow.',
    description:
      '20% of the calls of servicenow (job shop) were answered by the fallback in the last 10m (limit 10%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceFallbackFailing',
    severity: 'critical',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'The fallback of servicenow fails.',
    description:
      '5 calls of servicenow (job shop) failed, and so did their fallback, in the last 10m (limit 5, and 0.1% of its answers). These callers get nothing.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceLatencyP95High',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'servicenow is slow.',
    description:
      'The 95th percentile of the executions of servicenow (job shop) took 747.7ms in the last 10m (limit 500 ms).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceErrorBudgetBurn',
    severity: 'critical',
    labels: { long: '1h', short: '5m', resilience_policy_name: 'servicenow' },
    summary: 'servicenow burns its error budget.',
    description:
      '0.1996% of the executions of servicenow (job shop) got no answer in the last 1h (limit 0.144%, 14.4 times the budget of 0.01%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceErrorBudgetBurn',
    severity: 'warning',
    labels: { long: '1d', short: '2h', resilience_policy_name: 'servicenow' },
    summary: 'servicenow burns its error budget.',
    description:
      '0.03321% of the executions of servicenow (job shop) got no answer in the last 1d (limit 0.03%, 3 times the budget of 0.01%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceDependenciesBelowQuorum',
    severity: 'warning',
    labels: {},
    summary: 'Too few dependencies of shop are available.',
    description:
      '70% of the dependencies are available (job shop), for the last 2m (limit 80%). Postpone bulk work, or expect partial results.',
    dashboard: 'resilience-fleet?var-job=shop',
  },
  {
    alert: 'ResilienceDependencySlow',
    severity: 'warning',
    labels: { resilience_dependency_name: 'jira' },
    summary: 'jira answers its health checks slowly.',
    description:
      '9.091% of the checks of jira (job shop) took longer than 5000 ms in the last 5m (limit 1%, and 2 checks). The dependency is under load.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=jira',
  },
  {
    alert: 'ResilienceMetricsAbsent',
    severity: 'warning',
    labels: {},
    summary: 'shop has no circuit breaker metrics any more.',
    description:
      'No replica reports a circuit breaker for 10m (job shop); 1h ago there were some. No other alert of this pack can fire for it.',
    dashboard: 'resilience-fleet?var-job=shop',
  },
  {
    alert: 'ResilienceMetricsOverflow',
    severity: 'warning',
    labels: {},
    summary: 'shop has more policies than its SDK keeps apart.',
    description:
      '1 series hold all that is beyond the cardinality limit of the OpenTelemetry SDK (job shop) (limit 0). Policies are missing in dashboards and alerts.',
    dashboard: 'resilience-fleet?var-job=shop',
  },
  {
    alert: 'ResilienceTelemetryErrors',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'The instrumentation of servicenow has faults.',
    description:
      'Faults of the instrumentation of servicenow, or of a hook given to it (job shop), in the last 5m: 1 (limit 1). Calls are not affected, but their metrics may be wrong.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
];
