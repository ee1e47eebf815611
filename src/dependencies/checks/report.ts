import { LIMITS } from '../../presets/thresholds.ts';
import type { CheckResult } from './check-run.ts';
import type { HealthSummary, SystemHealth, SystemReport } from './types.ts';

export function reportOf({ ms, error }: CheckResult, slowAfter: number): SystemReport {
  return {
    available: error === null,
    response_time_ms: rounded(ms, 1),
    slow: ms > slowAfter,
    error,
  };
}

/** A map whose names may be any, also `__proto__`. */
export function healthOf<S extends SystemReport>(
  systems: readonly (readonly [name: string, report: S])[],
): SystemHealth<S> {
  return {
    timestamp: new Date().toISOString(),
    systems: Object.fromEntries(systems),
    summary: summaryOf(systems.map(([, report]) => report)),
  };
}

function summaryOf(reports: readonly SystemReport[]): HealthSummary {
  const total = reports.length;
  const available = reports.filter((report) => report.available).length;
  const ratio = total === 0 ? 0 : available / total;
  return {
    total_systems: total,
    available_systems: available,
    unavailable_systems: total - available,
    availability_percentage: rounded(ratio * 100, 2),
    safe_for_bulk_work: ratio >= LIMITS.dependenciesAvailable.ratio,
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
