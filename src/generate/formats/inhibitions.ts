import type { Alert, Severity } from '../alerts/types.ts';

type Known = Pick<Alert, 'name'> & Partial<Pick<Alert, 'severity'>>;

interface Inhibition {
  /** While it fires, */
  readonly cause: Known;
  /** these are not sent, for the same service and policy. */
  readonly symptoms: readonly Known[];
  /** For the same policy of any job. */
  readonly acrossJobs?: boolean;
}

/** What an open circuit explains. */
const OF_OPEN_CIRCUIT = [
  'ResilienceCircuitBreakerStuckOpen',
  'ResilienceCircuitBreakerProbeFailed',
  'ResilienceCircuitBreakerOpened',
  'ResilienceCircuitBreakerFlapping',
  'ResilienceNetworkDegradation',
  'ResilienceRetrySuccessLow',
  'ResilienceRetryAmplification',
  'ResilienceTimeoutRateHigh',
  'ResilienceFallbackUsageHigh',
  'ResilienceLatencyP95High',
  'ResilienceExecutionsStuck',
  'ResilienceErrorBudgetBurn',
];

const named = (names: readonly string[], severity?: Severity): Known[] =>
  names.map((name) => (severity === undefined ? { name } : { name, severity }));

function ofNoMoreThanWarning(names: readonly string[]): Known[] {
  const info = 'ResilienceCircuitBreakerOpened';
  return [
    ...named(
      names.filter((name) => name !== info),
      'warning',
    ),
    { name: info, severity: 'info' },
  ];
}

/**
 * Which alert explains which. None inhibits an alert that is more severe, nor one about metrics; a
 * critical `ResilienceErrorBudgetBurn` is inhibited by nothing that is about one service alone.
 */
export const INHIBITIONS: readonly Inhibition[] = [
  {
    cause: { name: 'ResilienceCircuitBreakerIsolatedNow' },
    symptoms: named([
      'ResilienceCircuitBreakerOpenFleetWide',
      ...OF_OPEN_CIRCUIT,
      'ResilienceRecoverySlow',
      'ResilienceBulkheadRejections',
      'ResilienceBulkheadSaturated',
      'ResilienceFallbackFailing',
    ]),
  },
  {
    cause: { name: 'ResilienceCircuitBreakerOpenInManyJobs', severity: 'critical' },
    symptoms: named(['ResilienceCircuitBreakerOpenFleetWide', ...OF_OPEN_CIRCUIT]),
    acrossJobs: true,
  },
  {
    cause: { name: 'ResilienceCircuitBreakerOpenInManyJobs', severity: 'warning' },
    symptoms: ofNoMoreThanWarning(['ResilienceCircuitBreakerOpenFleetWide', ...OF_OPEN_CIRCUIT]),
    acrossJobs: true,
  },
  {
    cause: { name: 'ResilienceCircuitBreakerOpenFleetWide', severity: 'critical' },
    symptoms: [
      ...named(OF_OPEN_CIRCUIT.filter((name) => name !== 'ResilienceErrorBudgetBurn')),
      { name: 'ResilienceErrorBudgetBurn', severity: 'warning' },
    ],
  },
  {
    cause: { name: 'ResilienceCircuitBreakerOpenFleetWide', severity: 'warning' },
    symptoms: ofNoMoreThanWarning(OF_OPEN_CIRCUIT),
  },
  {
    cause: { name: 'ResilienceCircuitBreakerStuckOpen' },
    symptoms: named(['ResilienceCircuitBreakerProbeFailed']),
  },
  {
    cause: { name: 'ResilienceErrorBudgetBurn', severity: 'critical' },
    symptoms: [{ name: 'ResilienceErrorBudgetBurn', severity: 'warning' }],
  },
];

/**
 * The inhibitions between alerts that are there.
 *
 * @param without names of alerts that are left out
 * @throws Error if an alert is not known, or not with that severity: a rule that inhibits nothing
 */
export function resolveInhibitions(
  alerts: readonly Alert[],
  without: readonly string[],
): readonly Inhibition[] {
  const isThere = ({ name, severity }: Known) =>
    alerts.some(
      (alert) => alert.name === name && (severity === undefined || alert.severity === severity),
    );
  const kept = ({ name }: Known) => !without.includes(name);
  const inhibitions = INHIBITIONS.filter(({ cause }) => kept(cause)).map((each) => ({
    ...each,
    symptoms: each.symptoms.filter(kept),
  }));
  for (const each of inhibitions.flatMap(({ cause, symptoms }) => [cause, ...symptoms])) {
    if (isThere(each)) continue;
    const words = [each.severity, each.name].filter(Boolean).join(' ');
    throw new Error(`Expected an alert ${words}, found none`);
  }
  return inhibitions.filter(({ symptoms }) => symptoms.length > 0);
}
