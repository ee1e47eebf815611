import type { Alert, Severity } from '../alerts/types.ts';

type AlertMatch = Pick<Alert, 'name'> & Partial<Pick<Alert, 'severity'>>;

interface Inhibition {
  /** While this alert fires, */
  readonly cause: AlertMatch;
  /** Alertmanager does not send these, for the same service and policy. */
  readonly symptoms: readonly AlertMatch[];
  /** Also for the same policy of other jobs. */
  readonly acrossJobs?: boolean;
}

/** Alerts that an open circuit explains. */
const SYMPTOMS_OF_OPEN_CIRCUIT = [
  'ResilienceCircuitBreakerStuckOpen',
  'ResilienceCircuitBreakerProbeFailed',
  'ResilienceCircuitBreakerOpened',
  'ResilienceCircuitBreakerFlapping',
  'ResilienceNetworkDegradation',
  'ResilienceRetrySuccessLow',
  'ResilienceRetryAmplification',
  'ResilienceRetryBudgetExhausted',
  'ResilienceTimeoutRateHigh',
  'ResilienceFallbackUsageHigh',
  'ResilienceLatencyP95High',
  'ResilienceExecutionsStuck',
  'ResilienceErrorBudgetBurn',
];

const toMatches = (names: readonly string[], severity?: Severity): AlertMatch[] =>
  names.map((name) => (severity === undefined ? { name } : { name, severity }));

function warningsAndBelow(names: readonly string[]): AlertMatch[] {
  const info = 'ResilienceCircuitBreakerOpened';
  return [
    ...toMatches(
      names.filter((name) => name !== info),
      'warning',
    ),
    { name: info, severity: 'info' },
  ];
}

/**
 * Causes and their symptoms. No alert inhibits a more severe alert or an alert about metrics. An open
 * circuit of one service does not inhibit a critical `ResilienceErrorBudgetBurn`.
 */
export const INHIBITIONS: readonly Inhibition[] = [
  {
    cause: { name: 'ResilienceCircuitBreakerIsolatedNow' },
    symptoms: toMatches([
      'ResilienceCircuitBreakerOpenFleetWide',
      ...SYMPTOMS_OF_OPEN_CIRCUIT,
      'ResilienceRecoverySlow',
      'ResilienceBulkheadRejections',
      'ResilienceBulkheadSaturated',
      'ResilienceFallbackFailing',
    ]),
  },
  {
    cause: { name: 'ResilienceCircuitBreakerOpenInManyJobs', severity: 'critical' },
    symptoms: toMatches(['ResilienceCircuitBreakerOpenFleetWide', ...SYMPTOMS_OF_OPEN_CIRCUIT]),
    acrossJobs: true,
  },
  {
    cause: { name: 'ResilienceCircuitBreakerOpenInManyJobs', severity: 'warning' },
    symptoms: warningsAndBelow([
      'ResilienceCircuitBreakerOpenFleetWide',
      ...SYMPTOMS_OF_OPEN_CIRCUIT,
    ]),
    acrossJobs: true,
  },
  {
    cause: { name: 'ResilienceCircuitBreakerOpenFleetWide', severity: 'critical' },
    symptoms: [
      ...toMatches(SYMPTOMS_OF_OPEN_CIRCUIT.filter((name) => name !== 'ResilienceErrorBudgetBurn')),
      { name: 'ResilienceErrorBudgetBurn', severity: 'warning' },
    ],
  },
  {
    cause: { name: 'ResilienceCircuitBreakerOpenFleetWide', severity: 'warning' },
    symptoms: warningsAndBelow(SYMPTOMS_OF_OPEN_CIRCUIT),
  },
  {
    cause: { name: 'ResilienceCircuitBreakerStuckOpen' },
    symptoms: toMatches(['ResilienceCircuitBreakerProbeFailed']),
  },
  {
    cause: { name: 'ResilienceErrorBudgetBurn', severity: 'critical' },
    symptoms: [{ name: 'ResilienceErrorBudgetBurn', severity: 'warning' }],
  },
];

/**
 * The inhibitions between generated alerts.
 *
 * @param without names of omitted alerts
 * @throws Error if an inhibition names an unknown alert or severity
 */
export function resolveInhibitions(
  alerts: readonly Alert[],
  without: readonly string[],
): readonly Inhibition[] {
  const isGenerated = ({ name, severity }: AlertMatch) =>
    alerts.some(
      (alert) => alert.name === name && (severity === undefined || alert.severity === severity),
    );
  const isIncluded = ({ name }: AlertMatch) => !without.includes(name);
  const inhibitions = INHIBITIONS.filter(({ cause }) => isIncluded(cause)).map((inhibition) => ({
    ...inhibition,
    symptoms: inhibition.symptoms.filter(isIncluded),
  }));
  for (const match of inhibitions.flatMap(({ cause, symptoms }) => [cause, ...symptoms])) {
    if (isGenerated(match)) continue;
    const expected = [match.severity, match.name].filter(Boolean).join(' ');
    throw new Error(`Expected an alert ${expected} for an inhibition, found none`);
  }
  return inhibitions.filter(({ symptoms }) => symptoms.length > 0);
}
