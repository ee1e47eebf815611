/** The exact texts of an alert. */
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
      '100% of the circuit breakers of servicenow (job shop) were open or half-open in the last 5m, on average, and rejected calls (limit 50%). Most callers get an error.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceCircuitBreakerStuckOpen',
    severity: 'critical',
    labels: { instance: 'a', resilience_policy_name: 'servicenow' },
    summary: 'The circuit of servicenow stays open on a.',
    description:
      'The circuit breaker of servicenow on a (job shop) has not been closed for 6m 0s, and calls still arrive (limit 5m). Most callers get an error.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceCircuitBreakerProbeFailed',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'servicenow still fails after the reset time of its circuit.',
    description:
      'Failed probes of servicenow (job shop) in the last 5m, or 15m while a circuit is open: 12 (limit 1). After each failed probe the circuit opens again.',
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
    summary: 'The circuit of servicenow keeps opening and closing on a.',
    description:
      'The circuit of servicenow on a (job shop) opened 3 times in the last 30m, and closed in between (limit 3).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceCircuitBreakerIsolated',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'The circuit of servicenow has been isolated for 1h.',
    description:
      '1 of the circuit breakers of servicenow (job shop) were isolated for all of the last 1h (limit 1h). They stay isolated until an operator releases them.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceRecoverySlow',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'servicenow recovers slowly.',
    description:
      'The circuit of servicenow (job shop) took 7m 0s on average to close again, in the incidents of the last 1d (limit 5m).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceNetworkDegradation',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'Calls of servicenow fail twice in a row.',
    description:
      '11 calls of servicenow (job shop) needed a second retry in the last 5m (limit 10, and 0.1% of the calls). The network or the dependency is degraded.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceRetrySuccessLow',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'Most retries of servicenow do not help.',
    description:
      '50% of the retried calls of servicenow (job shop) succeeded in the last 15m (limit 70%). The other retried calls failed after the last attempt.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceRetryAmplification',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'Retries add load to servicenow.',
    description:
      'Retries added 60% to the calls of servicenow (job shop) in the last 10m (limit 50%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceRetryBudgetExhausted',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'The retry budget of servicenow is used up.',
    description:
      '50% of the calls of servicenow (job shop) failed without a further retry in the last 10m, because too many calls were retried (limit 1%). The budget protects the dependency from retries.',
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
      'The bulkhead of servicenow (job shop) rejected 2% of its calls in the last 10m (limit 1%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceBulkheadSaturated',
    severity: 'warning',
    labels: { instance: 'a', resilience_policy_name: 'servicenow' },
    summary: 'The bulkhead of servicenow is full on a.',
    description:
      'Calls took 100% of the bulkhead slots of servicenow on a (job shop) in the last 5m, on average (limit 90%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceFallbackUsageHigh',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'A fallback answers callers of servicenow.',
    description:
      'The fallback answered 20% of the calls of servicenow (job shop) in the last 10m (limit 10%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceFallbackFailing',
    severity: 'critical',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'The fallback of servicenow fails.',
    description:
      'The fallback of servicenow (job shop) failed 5 times in the last 10m (limit 5, and 0.1% of its answers). These callers got an error.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceLatencyP95High',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'servicenow is slow.',
    description:
      '5% of the executions of servicenow (job shop) took 747.7ms or longer in the last 10m (limit 500 ms).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceErrorBudgetBurn',
    severity: 'critical',
    labels: { long: '1h', short: '5m', resilience_policy_name: 'servicenow' },
    summary: 'servicenow burns its error budget.',
    description:
      '0.1996% of the executions of servicenow (job shop) ended with an error in the last 1h (limit 0.144%, 14.4 times the budget of 0.01%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceErrorBudgetBurn',
    severity: 'warning',
    labels: { long: '1d', short: '2h', resilience_policy_name: 'servicenow' },
    summary: 'servicenow burns its error budget.',
    description:
      '0.03321% of the executions of servicenow (job shop) ended with an error in the last 1d (limit 0.03%, 3 times the budget of 0.01%).',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
  {
    alert: 'ResilienceDependenciesBelowQuorum',
    severity: 'warning',
    labels: {},
    summary: 'Too few dependencies of shop are available.',
    description:
      '70% of the dependencies of this service (job shop) have been available for 2m (limit 80%). Postpone bulk work, or expect partial results.',
    dashboard: 'resilience-fleet?var-job=shop',
  },
  {
    alert: 'ResilienceDependencySlow',
    severity: 'warning',
    labels: { resilience_dependency_name: 'jira' },
    summary: 'Health checks of jira are slow.',
    description:
      '9.091% of the checks of jira (job shop) took longer than 5000 ms in the last 5m (limit 1%, and 2 checks). The dependency may be overloaded.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=jira',
  },
  {
    alert: 'ResilienceMetricsAbsent',
    severity: 'warning',
    labels: {},
    summary: 'shop no longer reports circuit breaker metrics.',
    description:
      'No replica of this service (job shop) has reported a circuit breaker for 10m; 1h ago at least one did. No other resilience alert can fire for this service.',
    dashboard: 'resilience-fleet?var-job=shop',
  },
  {
    alert: 'ResilienceMetricsOverflow',
    severity: 'warning',
    labels: {},
    summary: 'shop has more series than its OpenTelemetry SDK allows.',
    description:
      'The OpenTelemetry SDK of this service (job shop) merged series beyond its cardinality limit into 1 overflow series (limit 0). Dashboards and alerts miss the policies of the merged series.',
    dashboard: 'resilience-fleet?var-job=shop',
  },
  {
    alert: 'ResilienceTelemetryErrors',
    severity: 'warning',
    labels: { resilience_policy_name: 'servicenow' },
    summary: 'The instrumentation of servicenow reports errors.',
    description:
      'Errors of the instrumentation of servicenow (job shop), or of its hooks, in the last 5m: 1 (limit 1). Calls are not affected, but their metrics may be wrong.',
    dashboard: 'resilience-policy?var-job=shop&var-policy=servicenow',
  },
];
